//! A claim of the source document as data.
//!
//! | relation | says of the variant | statistic | besides `variant` |
//! |---|---|---|---|
//! | `about` | its accuracy is the figure, or the figures, one a run | accuracy | `runs`, `values` |
//! | `between` | its accuracies lie between two figures | accuracy | `runs`, `values` |
//! | `most` | the highest of its accuracies is the figure | accuracy | `repeats`, `values` |
//! | `same` | it is as accurate as each of `than` | accuracy | `than` |
//! | `above`, `below` | it is more, less accurate than each | accuracy | `than` |
//! | `highest` | it is the most accurate, ahead of each | accuracy | `than` |
//! | `slower`, `faster` | it takes more, less time to train than each | `time` | `than` |
//! | `underfits` | it could learn more: its training loss ends above that of each | `train_loss` | `than` |
//! | `train_loss_near_zero` | its training loss ends near zero | `train_loss` | – |
//! | `overfits` | its validation loss ends above its training loss | `loss_gap` | – |
//! | `gap_above` | its losses end further apart than those of each | `loss_gap` | `than` |
//! | `gap_between` | its losses end as far apart as `values` say | `loss_gap` | `runs`, `values` |
//! | `gap_negative_in` | its training loss ends above its validation loss in some repeats | `loss_gap` | `repeats` |
//! | `gap_positive` | its validation loss is above its training loss in every epoch | `loss_gap` | – |
//!
//! An accuracy is that of `best_epoch` or of `last_epoch`; *ends* is at the last epoch; the gap is validation minus
//! training loss.

use crate::week3::source::Figure;

/// Something that the document claims and a measurement can check.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// The document's section.
    pub section: String,
    /// What it claims.
    pub relation: Relation,
    /// Of which variant.
    pub variant: String,
    /// What the document's numbers are.
    pub statistic: Statistic,
    /// Against which variants.
    pub than: Vec<String>,
    /// The document's figures.
    pub values: Vec<Figure>,
    /// What runs are behind the figures.
    pub runs: Option<Runs>,
    /// How many of the document's repeats it is about.
    pub repeats: Option<Repeats>,
    /// The line of its file that it begins on, from 1.
    pub line: usize,
}

/// Some of the document's repeats of an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeats {
    /// How many of them.
    pub some: u32,
    /// Of how many.
    pub of: u32,
}

/// A word of the language, with all the words of its sort.
pub(super) trait Word: Copy + Sized + 'static {
    /// Every word, as it is spelled, with what it means.
    const ALL: &'static [(&'static str, Self)];

    /// Finds the word that is spelled so.
    fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, word)| *word)
    }
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $spelling:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl Word for $name {
            const ALL: &'static [(&'static str, Self)] = &[$(($spelling, Self::$variant),)*];
        }

        impl $name {
            /// Gives the word as `claims.yaml` and templates spell it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $spelling,)* }
            }
        }
    };
}

words! {
    /// What a claim says of a variant, and of those it is held against.
    Relation {
        /// Its accuracy is the figure.
        About = "about",
        /// Its accuracies lie between two figures.
        Between = "between",
        /// The highest of its accuracies is the figure.
        Most = "most",
        /// Its accuracy is the same as theirs.
        Same = "same",
        /// Its accuracy is higher than each of theirs.
        Above = "above",
        /// Its accuracy is lower than each of theirs.
        Below = "below",
        /// Its accuracy is the highest of all.
        Highest = "highest",
        /// It takes longer to train than each of them.
        Slower = "slower",
        /// It takes less time to train than each of them.
        Faster = "faster",
        /// Its training loss ends above each of theirs.
        Underfits = "underfits",
        /// Its training loss ends near zero.
        TrainLossNearZero = "train_loss_near_zero",
        /// Its validation loss ends above its training loss.
        Overfits = "overfits",
        /// Its losses end further apart than each of theirs.
        GapAbove = "gap_above",
        /// Its losses end as far apart as the document's figures say.
        GapBetween = "gap_between",
        /// Its training loss ends above its validation loss in so many of the repeats.
        GapNegativeIn = "gap_negative_in",
        /// Its validation loss is above its training loss in every epoch.
        GapPositive = "gap_positive",
    }
}

words! {
    /// What a document's number is.
    Statistic {
        /// The accuracy of the epoch that has the highest.
        BestEpoch = "best_epoch",
        /// The accuracy of the last epoch.
        LastEpoch = "last_epoch",
        /// The validation loss minus the training loss.
        LossGap = "loss_gap",
        /// The training loss.
        TrainLoss = "train_loss",
        /// How long the training took.
        Time = "time",
    }
}

words! {
    /// What runs are behind a document's figures.
    Runs {
        /// One run.
        Single = "single",
        /// One figure for each run.
        Each = "each",
        /// Several runs, of which the figures are the lowest and the highest.
        Range = "range",
    }
}

impl Relation {
    /// Says whether the claim holds a variant against others.
    pub(super) fn compares(self) -> bool {
        match self {
            Self::Same
            | Self::Above
            | Self::Below
            | Self::Highest
            | Self::Slower
            | Self::Faster
            | Self::Underfits
            | Self::GapAbove => true,
            Self::About
            | Self::Between
            | Self::Most
            | Self::TrainLossNearZero
            | Self::Overfits
            | Self::GapBetween
            | Self::GapNegativeIn
            | Self::GapPositive => false,
        }
    }

    /// Says whether the claim is a figure that the document measured.
    pub(super) fn is_figure(self) -> bool {
        matches!(self, Self::About | Self::Between | Self::Most | Self::GapBetween)
    }

    /// Says whether the claim counts among the document's repeats.
    pub(super) fn counts_repeats(self) -> bool {
        matches!(self, Self::Most | Self::GapNegativeIn)
    }

    /// Gives the kinds of runs that may be behind the claim's figures.
    pub(super) fn runs(self) -> &'static [Runs] {
        match self {
            Self::About => &[Runs::Single, Runs::Each],
            Self::Between | Self::GapBetween => &[Runs::Range],
            _ => &[],
        }
    }

    /// Gives the statistics that the claim may be about.
    pub(super) fn statistics(self) -> &'static [Statistic] {
        match self {
            Self::About
            | Self::Between
            | Self::Most
            | Self::Same
            | Self::Above
            | Self::Below
            | Self::Highest => &[Statistic::BestEpoch, Statistic::LastEpoch],
            Self::Slower | Self::Faster => &[Statistic::Time],
            Self::Underfits | Self::TrainLossNearZero => &[Statistic::TrainLoss],
            Self::Overfits | Self::GapAbove | Self::GapBetween | Self::GapNegativeIn | Self::GapPositive => {
                &[Statistic::LossGap]
            }
        }
    }
}
