//! Figures of all sorts.
