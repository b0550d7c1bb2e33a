//! What is ready, what runs, what waits: the scheduler, shared by its workers.
//!
//! Invariants
//! - What can be decided is decided before anything more is started, and of what must run the
//!   largest is started first.
//! - What runs takes no more of the machine than its pools have; what does not fit lets what does go first.
//! - Of the instances with one key at most one runs at a time, the first in the plan's order; the others wait for it.
//! - No lock is held while an instance is hashed or run.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cancel::Cancel;
use crate::decide::work::Work;
use crate::digest::Key;
use crate::plan::graph::{GroupId, InstanceId, Need};
use crate::spec::{Resources, StageId};

/// How long a waiting worker goes without asking whether it should stop.
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// What a worker does next.
pub(crate) enum Task<T> {
    /// Decide an instance whose needs are done.
    Decide(InstanceId),
    /// Run an instance that was found stale.
    Run(InstanceId, T),
}

/// What became of an instance that wants to run.
pub(crate) enum Enqueued {
    /// It is in the queue, or waits for the build of its key that is running.
    Queued,
    /// Another instance has built its key since: it is to be decided again.
    AlreadyBuilt,
}

/// An instance that can't be started, and the one that failed.
pub(crate) type Blocked = (InstanceId, InstanceId);

/// The scheduler's state; `T` is what an instance that waits to run carries along.
pub(crate) struct Scheduler<T> {
    state: Mutex<SchedulerState<T>>,
    changed: Condvar,
    members: Vec<Vec<GroupId>>,
    subscribers: Vec<Vec<InstanceId>>,
    stages: Vec<StageId>,
}

#[derive(Default)]
struct SchedulerState<T> {
    to_decide: BTreeSet<InstanceId>,
    /// What is being decided.
    deciding: BTreeSet<InstanceId>,
    /// What is to run, by what it takes of the machine.
    to_run: Vec<(Resources, BinaryHeap<Queued>)>,
    free: Resources,
    running: BTreeMap<InstanceId, Resources>,
    carried: BTreeMap<InstanceId, T>,
    busy: usize,
    halted: bool,
    unfinished_members: Vec<usize>,
    unfinished_groups: Vec<usize>,
    failed: Vec<Option<InstanceId>>,
    blocked_by: Vec<Option<InstanceId>>,
    builds: HashMap<Key, Build>,
}

/// The one build of a key, and the instances that wait for it (single flight).
struct Build {
    instance: InstanceId,
    done: bool,
    waiters: Vec<InstanceId>,
}

struct Queued {
    cost: f64,
    instance: InstanceId,
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.cost.total_cmp(&other.cost).then(other.instance.cmp(&self.instance))
    }
}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Queued {}

impl<T> SchedulerState<T> {
    /// Takes the largest instance out of the queue that the machine has room for, and that `may_start`.
    fn pop_fitting(&mut self, may_start: impl Fn(InstanceId) -> bool) -> Option<InstanceId> {
        let fits = |(_, (takes, _)): &(usize, &(Resources, BinaryHeap<Queued>))| {
            takes.taken_from(self.free).is_some()
        };
        let queues = self.to_run.iter().enumerate().filter(fits);
        let first = queues.filter_map(|(at, (_, queue))| Some((queue.peek()?, at)));
        let first = first.filter(|(first, _)| may_start(first.instance));
        let at = first.max_by_key(|(first, _)| *first).map(|(_, at)| at)?;
        let (takes, queue) = &mut self.to_run[at];
        let instance = queue.pop()?.instance;
        self.free = takes.taken_from(self.free)?;
        self.running.insert(instance, *takes);
        Some(instance)
    }

    fn has_more(&self) -> bool {
        !self.to_decide.is_empty() || self.to_run.iter().any(|(_, queue)| !queue.is_empty())
    }
}

impl<T> Scheduler<T> {
    /// Sets it up for a machine with these pools; what needs nothing that is yet to be decided is ready.
    pub(crate) fn of(work: &Work<'_>, pools: Resources) -> Self {
        let (instances, groups) = (work.plan.instances.len(), work.plan.groups.len());
        let mut members = vec![Vec::new(); instances];
        let mut subscribers = vec![Vec::new(); groups];
        for (index, group) in work.plan.groups.iter().enumerate() {
            for member in group {
                members[member.0].push(GroupId(index));
            }
        }
        for id in work.undecided() {
            for need in &work.plan.instance(id).needs {
                subscribers[need.group.0].push(id);
            }
        }
        let unfinished =
            |group: &Vec<InstanceId>| group.iter().filter(|member| work.clean[member.0].is_none()).count();
        let unfinished_members: Vec<usize> = work.plan.groups.iter().map(unfinished).collect();
        let waits = |need: &&Need| unfinished_members[need.group.0] > 0;
        let unfinished_groups: Vec<usize> =
            work.plan.instances.iter().map(|instance| instance.needs.iter().filter(waits).count()).collect();
        let state = SchedulerState {
            to_decide: work.undecided().filter(|id| unfinished_groups[id.0] == 0).collect(),
            deciding: BTreeSet::new(),
            to_run: Vec::new(),
            free: pools,
            running: BTreeMap::new(),
            carried: BTreeMap::new(),
            busy: 0,
            halted: false,
            unfinished_members,
            unfinished_groups,
            failed: vec![None; groups],
            blocked_by: vec![None; instances],
            builds: HashMap::new(),
        };
        let stages = work.plan.instances.iter().map(|instance| instance.stage).collect();
        Self { state: Mutex::new(state), changed: Condvar::new(), members, subscribers, stages }
    }

    /// Waits for a task, and says whether there are more of them now; `None` when there will be no more, or `cancel` is
    /// set.
    pub(crate) fn next(&self, cancel: &Cancel) -> Option<(Task<T>, bool)> {
        let mut state = self.state();
        loop {
            if cancel.is_cancelled() {
                return None;
            }
            if let Some(id) = state.to_decide.pop_first() {
                state.busy += 1;
                state.deciding.insert(id);
                return Some((Task::Decide(id), state.has_more()));
            }
            if state.halted {
                state.to_run.clear();
            }
            // One before it in its stage that is being decided may have the same key.
            let open: Vec<(StageId, InstanceId)> =
                state.deciding.iter().map(|id| (self.stages[id.0], *id)).collect();
            let may_start = |id: InstanceId| {
                !open.iter().any(|(stage, other)| *stage == self.stages[id.0] && *other < id)
            };
            if let Some(instance) = state.pop_fitting(may_start) {
                let carried = state.carried.remove(&instance).expect("what is queued carries its recipe");
                state.busy += 1;
                return Some((Task::Run(instance, carried), state.has_more()));
            }
            if state.busy == 0 {
                return None;
            }
            // Whoever sets the flag, such as a signal's handler, can't be asked to notify.
            let waited = self.changed.wait_timeout(state, STOP_POLL_INTERVAL);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Starts nothing more; what is running goes on.
    pub(crate) fn halt(&self) {
        self.state().halted = true;
        self.changed.notify_all();
    }

    /// Says that a task given by [`Scheduler::next`] is over.
    pub(crate) fn task_done(&self, id: InstanceId) {
        let mut state = self.state();
        state.busy -= 1;
        state.deciding.remove(&id);
        if let Some(takes) = state.running.remove(&id) {
            state.free = takes.given_to(state.free);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Queues an instance that has to run, unless its key is being built.
    pub(crate) fn enqueue(
        &self,
        id: InstanceId,
        key: Key,
        (cost, takes): (f64, Resources),
        carried: T,
    ) -> Enqueued {
        let mut state = self.state();
        if let Some(build) = state.builds.get_mut(&key) {
            if build.done {
                return Enqueued::AlreadyBuilt;
            }
            let first = build.instance;
            if id > first || !state.carried.contains_key(&first) {
                state.builds.get_mut(&key).expect("it is there").waiters.push(id);
                return Enqueued::Queued;
            }
            // It comes before the one that is queued.
            state.carried.remove(&first);
            state.to_run.iter_mut().for_each(|(_, queue)| queue.retain(|queued| queued.instance != first));
            state.builds.get_mut(&key).expect("it is there").waiters.push(first);
        }
        let build = Build { instance: id, done: false, waiters: Vec::new() };
        state.builds.entry(key).or_insert(build).instance = id;
        state.carried.insert(id, carried);
        let queued = Queued { cost, instance: id };
        match state.to_run.iter_mut().find(|(own, _)| *own == takes) {
            Some((_, queue)) => queue.push(queued),
            None => state.to_run.push((takes, BinaryHeap::from([queued]))),
        }
        Enqueued::Queued
    }

    /// Says that a key's build is over; gives the instances that waited for it.
    pub(crate) fn release(&self, key: Key, succeeded: bool) -> Vec<InstanceId> {
        let mut state = self.state();
        if !succeeded {
            return state.builds.remove(&key).map(|build| build.waiters).unwrap_or_default();
        }
        let build = state.builds.get_mut(&key).expect("a build has its key until it is released");
        build.done = true;
        std::mem::take(&mut build.waiters)
    }

    /// Forgets that a key was built, if its build is over, so that it can be built again.
    pub(crate) fn forget(&self, key: Key) {
        let mut state = self.state();
        if state.builds.get(&key).is_some_and(|build| build.done) {
            state.builds.remove(&key);
        }
    }

    /// Gives the instance that built a key in this run of the pipeline.
    pub(crate) fn builder_of(&self, key: Key) -> Option<InstanceId> {
        self.state().builds.get(&key).filter(|build| build.done).map(|build| build.instance)
    }

    /// Puts instances back to be decided again.
    pub(crate) fn requeue(&self, instances: &[InstanceId]) {
        self.state().to_decide.extend(instances);
        self.changed.notify_all();
    }

    /// Says that an instance has its outputs, or that `failed` keeps it from having them. Gives the
    /// instances that now can't be started, with the one that failed.
    pub(crate) fn propagate(&self, id: InstanceId, failed: Option<InstanceId>) -> Vec<Blocked> {
        let mut state = self.state();
        let mut blocked = Vec::new();
        let mut open = vec![(id, failed)];
        while let Some((id, failed)) = open.pop() {
            for group in &self.members[id.0] {
                state.failed[group.0] = state.failed[group.0].or(failed);
                state.unfinished_members[group.0] -= 1;
                if state.unfinished_members[group.0] > 0 {
                    continue;
                }
                let failed = state.failed[group.0];
                for &waiting in &self.subscribers[group.0] {
                    state.blocked_by[waiting.0] = state.blocked_by[waiting.0].or(failed);
                    state.unfinished_groups[waiting.0] -= 1;
                    if state.unfinished_groups[waiting.0] > 0 {
                        continue;
                    }
                    match state.blocked_by[waiting.0] {
                        None => {
                            state.to_decide.insert(waiting);
                        }
                        Some(failed) => {
                            blocked.push((waiting, failed));
                            open.push((waiting, Some(failed)));
                        }
                    }
                }
            }
        }
        drop(state);
        self.changed.notify_all();
        blocked
    }

    fn state(&self) -> MutexGuard<'_, SchedulerState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_that_waits_sees_that_it_should_stop() {
        let state = SchedulerState::<()> { busy: 1, ..SchedulerState::default() };
        let (members, subscribers) = (Vec::new(), Vec::new());
        let stages = vec![StageId(0); members.len()];
        let changed = Condvar::new();
        let scheduler = Scheduler { state: Mutex::new(state), changed, members, subscribers, stages };
        let cancel = Cancel::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| scheduler.next(&cancel).is_none());
            std::thread::sleep(STOP_POLL_INTERVAL / 4);
            cancel.cancel();
            assert!(waiting.join().expect("a worker does not panic"));
        });
    }
}
