//! The figures, drawn with plotters as SVG.
