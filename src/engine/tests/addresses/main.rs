//! Values at addresses in files of every format: what they are, and what is said where there is none.

mod messages;
