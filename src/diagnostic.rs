//! A mistake as data, and its one renderer.
