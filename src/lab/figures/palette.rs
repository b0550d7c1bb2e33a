//! The colours: told apart by people of any colour vision, and legible on the figures' own background.
//!
//! # Source
//! M. Okabe, K. Ito, "Color Universal Design" (2008); without its yellow, which is too faint on white.

use plotters::style::RGBColor;

/// Text, axes.
pub(super) const DARK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Text of less weight.
pub(super) const FAINT: RGBColor = RGBColor(0x59, 0x59, 0x59);
/// Lines of the grid.
pub(super) const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
/// Every second row.
pub(super) const STRIPE: RGBColor = RGBColor(0xF1, 0xF3, 0xF5);
/// The background, in the spelling of SVG; it makes a figure readable on a dark page.
pub(super) const PAPER: &str = "#FCFCFC";
/// The background as a colour.
pub(super) const WHITE: RGBColor = RGBColor(0xFC, 0xFC, 0xFC);

/// What is shown first.
pub(super) const BLUE: RGBColor = RGBColor(0x00, 0x72, 0xB2);
/// What is set against it.
pub(super) const VERMILLION: RGBColor = RGBColor(0xD5, 0x5E, 0x00);

/// Colours of lines of equal standing, in the order of use.
pub(super) const SERIES: [RGBColor; 7] = [
    BLUE,
    VERMILLION,
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0x00, 0x00, 0x00),
];

/// The shade of a cell that holds `share` (`0.0..=1.0`) of its row: from white to blue.
pub(super) fn shade(share: f64) -> RGBColor {
    let mix = |from: u8, to: u8| {
        let tone = f64::from(from) + (f64::from(to) - f64::from(from)) * share.clamp(0.0, 1.0);
        // The tone lies between two bytes.
        tone.round() as u8
    };
    RGBColor(mix(WHITE.0, BLUE.0), mix(WHITE.1, BLUE.1), mix(WHITE.2, BLUE.2))
}
