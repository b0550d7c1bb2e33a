//! How much memory this process may still take.
//!
//! what the machine has available, its control groups' limits, and its own limit of addresses (`ulimit -v`) ──▶ the least
//!
//! `sysinfo` would tell as much, but it raises the process's limit of open files, which programs of stages would inherit.
//!
//! # Source
//! Linux's proc(5); its admin guide on control groups, version 1 and 2.

use std::fs;
use std::path::Path;

use rustix::process::{Resource, getrlimit};

/// The names of a control group's files, by the version of the interface.
struct GroupFiles {
    /// The folder of all groups.
    root: &'static str,
    limit: &'static str,
    usage: &'static str,
    /// What of the usage are pages of files, which give way: its name in `memory.stat`.
    pages: &'static str,
}

const VERSION_1: GroupFiles = GroupFiles {
    root: "/sys/fs/cgroup/memory",
    limit: "memory.limit_in_bytes",
    usage: "memory.usage_in_bytes",
    pages: "total_inactive_file",
};

const VERSION_2: GroupFiles = GroupFiles {
    root: "/sys/fs/cgroup",
    limit: "memory.max",
    usage: "memory.current",
    pages: "inactive_file",
};

/// Measures it, in bytes; without limit where nothing is known.
pub fn free_memory() -> u64 {
    let available = kibibytes("/proc/meminfo", "MemAvailable:");
    let taken = kibibytes("/proc/self/status", "VmSize:").unwrap_or_default();
    let addresses = getrlimit(Resource::As).current.map(|limit| limit.saturating_sub(taken));
    let groups =
        fs::read_to_string("/proc/self/cgroup").ok().and_then(|text| in_groups(&text, Path::new("/")));
    [available, addresses, groups].into_iter().flatten().min().unwrap_or(u64::MAX)
}

/// Finds a field of a file of the system that is given in kB, and gives it in bytes.
fn kibibytes(file: &str, field: &str) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

/// Gives what is free in the control groups that `/proc/self/cgroup` lists, below the system's root.
fn in_groups(list: &str, system: &Path) -> Option<u64> {
    let free = list.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (hierarchy, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let files = match controllers {
            "" if hierarchy == "0" => VERSION_2,
            _ if controllers.split(',').any(|controller| controller == "memory") => VERSION_1,
            _ => return None,
        };
        // A group is bounded by each one that it is in; in a container its own may be the root.
        let groups = Path::new(path.trim_start_matches('/')).ancestors();
        let root = system.join(files.root.trim_start_matches('/'));
        groups.filter_map(|group| in_group(&root.join(group), &files)).min()
    });
    free.min()
}

/// Gives what is free in one control group; `None` where it has no limit.
fn in_group(folder: &Path, files: &GroupFiles) -> Option<u64> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
    let (limit, usage) = (number(files.limit)?, number(files.usage)?);
    let pages = read("memory.stat").and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix(files.pages)?.strip_prefix(' '))?;
        line.trim().parse::<u64>().ok()
    });
    Some(limit.saturating_sub(usage.saturating_sub(pages.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_some_memory() {
        assert!(free_memory() > 1 << 20, "{}", free_memory());
    }

    /// Writes files below a folder that stands for the system's root.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("there is a temporary folder");
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder can be made");
            fs::write(path, text).expect("there is room");
        }
        root
    }

    #[test]
    fn the_tightest_group_above_the_process_decides() {
        let root = system(&[
            ("sys/fs/cgroup/user/memory.max", "1000\n"),
            ("sys/fs/cgroup/user/memory.current", "700\n"),
            ("sys/fs/cgroup/user/memory.stat", "anon 500\ninactive_file 200\n"),
            ("sys/fs/cgroup/user/session/memory.max", "max\n"),
            ("sys/fs/cgroup/user/session/memory.current", "600\n"),
        ]);
        assert_eq!(in_groups("0::/user/session\n", root.path()), Some(500));
        assert_eq!(in_groups("0::/elsewhere\n", root.path()), None);
        assert_eq!(in_groups("damaged\n", root.path()), None);
    }

    #[test]
    fn in_a_container_the_group_is_at_the_root() {
        let root = system(&[
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "4096\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "5000\n"),
        ]);
        assert_eq!(in_groups("5:cpu,memory:/docker/0123\n0::/\n", root.path()), Some(0));
    }
}
