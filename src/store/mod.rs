//! (store: to come)
