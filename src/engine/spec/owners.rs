//! Which stage lists the variants or seeds that another one is repeated over: its own, else the nearest that it needs.
//!
//! Invariant: [`owners`] alone decides it; the plan and the kinds read the answer from [`super::Stage`].

/// Where a stage takes the values of an axis from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// It is not repeated over the axis.
    Nothing,
    /// It lists them itself.
    Own,
    /// From the stage that its `each` names.
    From(usize),
    /// From the nearest stage that it needs.
    Nearest,
}

/// The stage that lists the values of an axis for another one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Owner {
    /// No stage.
    None,
    One(usize),
    /// One of these: it is unclear which.
    Unclear(usize, usize),
}

impl Owner {
    /// Gives the stage; the first of two.
    pub(super) fn first(self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::One(stage) | Self::Unclear(stage, _) => Some(stage),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self.first(), other.first()) {
            (Some(one), Some(another)) if one != another => Self::Unclear(one.min(another), one.max(another)),
            (Some(_), _) => self,
            (None, _) => other,
        }
    }
}

/// Says whether the values of an axis that two stages are repeated over are the same ones for the first of them, by its
/// owner and the other one's: both take them from one stage, or it lists them itself.
pub(crate) fn has_values_of<T: PartialEq>(own: Option<T>, stage: T, other: Option<T>) -> bool {
    own.as_ref() == Some(&stage) || own == other
}

/// Finds the owner of one axis for each stage; `order` has needs before those that need them.
pub(super) fn owners(order: &[usize], needs: &[Vec<usize>], takes: &[Takes]) -> Vec<Owner> {
    let mut owners = vec![Owner::None; takes.len()];
    // What those that need a stage find there: how far away, and whose.
    let mut found: Vec<(usize, Owner)> = vec![(0, Owner::None); takes.len()];
    for &index in order {
        let nearest = needs[index].iter().map(|need| found[*need]).filter(|(_, owner)| *owner != Owner::None);
        let nearest = nearest.reduce(|one, other| match one.0.cmp(&other.0) {
            std::cmp::Ordering::Less => one,
            std::cmp::Ordering::Equal => (one.0, one.1.or(other.1)),
            std::cmp::Ordering::Greater => other,
        });
        let (distance, nearest) = nearest.unwrap_or((0, Owner::None));
        let owner = match takes[index] {
            Takes::Nothing => {
                found[index] = (distance + 1, nearest);
                continue;
            }
            Takes::Own => Owner::One(index),
            Takes::From(stage) => Owner::One(stage),
            Takes::Nearest => nearest,
        };
        owners[index] = owner;
        // That it is unclear is this stage's mistake, and not that of those that need it.
        found[index] = (0, owner.first().map_or(Owner::None, Owner::One));
    }
    owners
}
