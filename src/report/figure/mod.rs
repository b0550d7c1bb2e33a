//! Data → SVG pictures.
