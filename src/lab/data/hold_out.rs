//! Takes users out of a dataset's split, so that a model can be tried on people it has never seen.

use super::dataset::Dataset;

/// Why users can't be held out.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldOutError {
    /// The data has no such user.
    #[error("the data has no user `{name}`; its users are {users}")]
    Unknown {
        /// The name.
        name: String,
        /// The users there are.
        users: String,
    },
    /// Nothing would be left of a side of the split.
    #[error("without {names} nobody is left for {side}")]
    NobodyLeft {
        /// The users to hold out.
        names: String,
        /// `training` or `validation`.
        side: &'static str,
    },
}

impl Dataset {
    /// Takes the sequences of `users` out of both sides of the split.
    ///
    /// # Returns
    /// The dataset without them, whose validation set is unseen sequences of known users; and the indices of theirs, in
    /// the split's shuffled order, since how sequences are batched decides how far they are padded.
    ///
    /// # Errors
    /// [`HoldOutError`] for an unknown user, or when a side would be empty.
    pub fn without_users(mut self, users: &[String]) -> Result<(Self, Vec<u32>), HoldOutError> {
        let quoted =
            |names: &[String]| names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
        if let Some(name) = users.iter().find(|name| !self.users.contains(name)) {
            return Err(HoldOutError::Unknown { name: name.clone(), users: quoted(&self.users) });
        }
        let sequences = &self.sequences;
        let names = &self.users;
        let is_held = |index: &u32| users.contains(&names[sequences[*index as usize].user as usize]);
        let mut held = Vec::new();
        for (side, indices) in [("training", &mut self.train), ("validation", &mut self.valid)] {
            let (out, rest): (Vec<u32>, Vec<u32>) = indices.iter().copied().partition(is_held);
            if rest.is_empty() {
                return Err(HoldOutError::NobodyLeft { names: quoted(users), side });
            }
            held.extend(out);
            *indices = rest;
        }
        Ok((self, held))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Source, prepare};
    use super::*;

    fn gestures() -> Dataset {
        prepare(Source::Synthetic, 42, 0.8).expect("generated gestures are sound").0
    }

    #[test]
    fn no_sequence_of_a_held_out_user_is_left_and_none_is_lost() {
        let whole = gestures();
        let users = ["U07", "U08"].map(str::to_owned);
        let (rest, held) = whole.clone().without_users(&users).expect("the users exist");
        let user = |index: &u32| whole.users[whole.sequences[*index as usize].user as usize].as_str();
        assert!(held.iter().all(|index| ["U07", "U08"].contains(&user(index))));
        assert!(rest.train.iter().chain(&rest.valid).all(|index| !["U07", "U08"].contains(&user(index))));
        assert_eq!(held.len() + rest.train.len() + rest.valid.len(), whole.sequences.len());
        // What is left keeps its side and its order.
        let kept = |side: &[u32]| -> Vec<u32> {
            side.iter()
                .copied()
                .filter(|index| rest.train.contains(index) || rest.valid.contains(index))
                .collect()
        };
        assert_eq!((kept(&whole.train), kept(&whole.valid)), (rest.train.clone(), rest.valid.clone()));
    }

    #[test]
    fn holding_out_nobody_changes_nothing() {
        assert_eq!(gestures().without_users(&[]), Ok((gestures(), Vec::new())));
    }

    #[test]
    fn users_that_are_not_there_and_everybody_are_refused() {
        let unknown = gestures().without_users(&["U09".to_owned()]).expect_err("there are eight");
        assert!(unknown.to_string().starts_with("the data has no user `U09`; its users are `U01`, `U02`"));
        let everybody = gestures().users;
        let error = gestures().without_users(&everybody).expect_err("nobody is left");
        assert!(error.to_string().ends_with("nobody is left for training"), "{error}");
    }
}
