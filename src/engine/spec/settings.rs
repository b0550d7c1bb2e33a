//! What holds for a stage or a variant: what was set, with where, and the kind's defaults for the rest.
//!
//! Invariants
//! - Every parameter that its kind's schema names has a value (its own, inherited, or the default) and an [`Origin`].
//! - The defaults stand once in memory, however many stages have them.

use std::borrow::Cow;
use std::sync::Arc;

use crate::value::{Parameters, Value};

/// Parameters, and where each came from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// What was set, sorted by name.
    set: Vec<Setting>,
    defaults: Arc<Parameters>,
}

#[derive(Clone, Debug, PartialEq)]
struct Setting {
    name: Cow<'static, str>,
    value: Value,
    origin: Origin,
}

impl Settings {
    /// Gives what holds where these parameters are set, which have a name each.
    pub(super) fn of(
        defaults: Arc<Parameters>,
        set: impl Iterator<Item = (&'static str, Value, Origin)>,
    ) -> Self {
        let setting = |(name, value, origin)| Setting { name: Cow::Borrowed(name), value, origin };
        let mut set: Vec<Setting> = set.map(setting).collect();
        set.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Self { set, defaults }
    }

    /// Gives settings that were all set at one place.
    pub fn set_at(origin: &Origin, parameters: Parameters) -> Self {
        let setting = |(name, value)| Setting { name: Cow::Owned(name), value, origin: origin.clone() };
        Self { set: parameters.into_iter().map(setting).collect(), defaults: Arc::default() }
    }

    /// Sets a parameter, over what was set before.
    pub(super) fn set(&mut self, name: &'static str, value: Value, origin: Origin) {
        let setting = Setting { name: Cow::Borrowed(name), value, origin };
        match self.position(name) {
            Ok(at) => self.set[at] = setting,
            Err(at) => self.set.insert(at, setting),
        }
    }

    /// Gives the value of a parameter.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).map_or_else(|_| self.defaults.get(name), |at| Some(&self.set[at].value))
    }

    /// Finds where a parameter was set.
    pub fn origin(&self, name: &str) -> Option<&Origin> {
        match self.position(name) {
            Ok(at) => Some(&self.set[at].origin),
            Err(_) => self.defaults.contains_key(name).then_some(&Origin::Default),
        }
    }

    /// Gives what was set, sorted by name.
    pub fn that_were_set(&self) -> impl Iterator<Item = (&str, &Value, &Origin)> {
        self.set.iter().map(|it| (it.name.as_ref(), &it.value, &it.origin))
    }

    /// Gives every parameter of the kind.
    pub fn parameters(&self) -> Parameters {
        let mut all = (*self.defaults).clone();
        all.extend(self.set.iter().map(|it| (it.name.to_string(), it.value.clone())));
        all
    }

    fn position(&self, name: &str) -> Result<usize, usize> {
        self.set.binary_search_by(|it| it.name.as_ref().cmp(name))
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
