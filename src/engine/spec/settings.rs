//! What holds for a stage or a variant: what was set, with where, and the kind's defaults for the rest.
//!
//! Invariants
//! - Every parameter that its kind's schema names has a value (its own, inherited, or the default) and an [`Origin`].
//! - Of a parameter that is a map each leaf has its own origin; none is above or below another one.
//! - The defaults are in memory once, however many stages have them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::value::{Parameters, Value};

/// Parameters, and where each came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What was set, sorted by name and by what is below it.
    set: Vec<Setting>,
    /// `None` where there are none.
    defaults: Option<Arc<Parameters>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Setting {
    name: Cow<'static, str>,
    /// The names that lead to it in a parameter that is a map.
    below: Vec<String>,
    value: Value,
    origin: Origin,
}

impl Setting {
    fn new(name: Cow<'static, str>, value: Value, origin: Origin) -> Self {
        Self { name, below: Vec::new(), value, origin }
    }

    fn path(&self) -> (&str, &[String]) {
        (&self.name, &self.below)
    }

    /// Says whether it is at, above or below a path.
    fn meets(&self, name: &str, below: &[String]) -> bool {
        self.name == name && self.below.iter().zip(below).all(|(own, other)| own == other)
    }
}

impl Settings {
    /// Gives what holds where these parameters are set, which have a name each.
    pub(super) fn of(
        defaults: Arc<Parameters>,
        set: impl Iterator<Item = (&'static str, Value, Origin)>,
    ) -> Self {
        let setting = |(name, value, origin)| Setting::new(Cow::Borrowed(name), value, origin);
        let mut set: Vec<Setting> = set.map(setting).collect();
        set.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Self { set, defaults: Some(defaults) }
    }

    /// Gives settings that were all set at one place.
    pub fn set_at(origin: &Origin, parameters: Parameters) -> Self {
        let setting = |(name, value)| Setting::new(Cow::Owned(name), value, origin.clone());
        Self { set: parameters.into_iter().map(setting).collect(), defaults: None }
    }

    /// Says whether no parameter has a value.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty() && self.defaults.is_none()
    }

    /// Sets a parameter, over what was set before.
    pub(super) fn set(&mut self, name: &'static str, value: Value, origin: Origin) {
        let setting = Setting::new(Cow::Borrowed(name), value, origin);
        match self.position(name) {
            Ok(at) => self.set[at] = setting,
            Err(at) => self.set.insert(at, setting),
        }
    }

    /// Sets a leaf of a parameter that may be a map, in the place of what is at, above or below it.
    pub(super) fn set_leaf(&mut self, name: &str, below: &[String], value: Value, origin: Origin) {
        self.remove(name, below);
        let at = self.set.partition_point(|it| it.path() < (name, below));
        let name = Cow::Owned(name.to_owned());
        self.set.insert(at, Setting { name, below: below.to_vec(), value, origin });
    }

    /// Takes away what is at, above or below a path; says whether there was something.
    pub(super) fn remove(&mut self, name: &str, below: &[String]) -> bool {
        let before = self.set.len();
        self.set.retain(|it| !it.meets(name, below));
        self.set.len() < before
    }

    /// Gives what holds where others are put over these; defaults stay those of these.
    pub(super) fn overlaid_by(&self, over: &Self) -> Self {
        let mut all = self.clone();
        for Setting { name, below, value, origin } in &over.set {
            all.set_leaf(name, below, value.clone(), origin.clone());
        }
        all
    }

    /// Gives these, and of others what has the name of none of these.
    pub(super) fn before(&self, others: &Self) -> Self {
        let is_default = |name: &str| self.defaults.as_ref().is_some_and(|all| all.contains_key(name));
        let is_other = |name: &str| !is_default(name) && self.set.iter().all(|own| own.name != name);
        let set = others.set.iter().filter(|it| is_other(&it.name)).chain(&self.set);
        let mut set: Vec<Setting> = set.cloned().collect();
        set.sort_unstable_by(|one, other| one.path().cmp(&other.path()));
        let defaults = others.defaults.iter().flat_map(|all| all.iter()).filter(|(name, _)| is_other(name));
        let defaults = defaults.chain(self.defaults.iter().flat_map(|all| all.iter()));
        let defaults: Parameters = defaults.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { set, defaults: Some(Arc::new(defaults)) }
    }

    /// Gives the value of a parameter that is no map.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).map_or_else(|_| self.defaults.as_ref()?.get(name), |at| Some(&self.set[at].value))
    }

    /// Finds the value of a parameter, or of a part of one that is a map: `optimiser.rate`.
    pub fn find(&self, name: &str) -> Option<Value> {
        let mut names = name.split('.');
        let first = self.parameters().remove(names.next()?)?;
        names.try_fold(first, |value, name| match value {
            Value::Map(mut parts) => parts.remove(name),
            _ => None,
        })
    }

    /// Finds where a parameter, or a part of one such as `optimiser.rate`, was set.
    pub fn origin(&self, name: &str) -> Option<&Origin> {
        if let Ok(at) = self.position(name) {
            return Some(&self.set[at].origin);
        }
        let leads_to = |it: &&Setting| {
            let path = [&[it.name.to_string()], it.below.as_slice()].concat().join(".");
            path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let leaf = self.set.iter().find(leads_to).map(|it| &it.origin);
        leaf.or_else(|| self.defaults.as_ref()?.contains_key(name).then_some(&Origin::Default))
    }

    /// Gives what was set, sorted by name; of a parameter that is a map, leaf by leaf.
    pub fn that_were_set(&self) -> impl Iterator<Item = (&str, &Value, &Origin)> {
        self.set.iter().map(|it| (it.name.as_ref(), &it.value, &it.origin))
    }

    /// Gives the path of each value that was set, in the same order: its name, and the names below it.
    pub(crate) fn paths(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.set.iter().map(Setting::path)
    }

    /// Gives every parameter of the kind.
    pub fn parameters(&self) -> Parameters {
        let mut all = self.defaults.as_deref().cloned().unwrap_or_default();
        'settings: for setting in &self.set {
            let (mut at, mut name) = (&mut all, setting.name.to_string());
            for below in &setting.below {
                let map = at.entry(name).or_insert_with(|| Value::Map(Parameters::new()));
                // No leaf is above another one.
                let Value::Map(map) = map else { continue 'settings };
                (at, name) = (map, below.clone());
            }
            at.insert(name, setting.value.clone());
        }
        all
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.set.binary_search_by(|it| it.path().cmp(&(name, &[][..])))
    }
}

/// Where a parameter's value was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nowhere: it is the kind's default.
    Default,
    /// In a file of the project.
    File {
        /// The file, relative to the project, with forward slashes.
        path: Arc<str>,
        /// Line of the value, from 1.
        line: usize,
        /// Column of the value, from 1, in characters.
        column: usize,
        /// The variant that sets it; `None` for the stage's `params`.
        variant: Option<Arc<str>>,
    },
    /// On the command line: the whole `--set` argument.
    Override(String),
}
