//! The colours, light and dark: distinct to people of any colour vision, legible on the figures' own card.
//!
//! Invariants
//! - Every figure is drawn in the light colours, as attributes. [`style_sheet`] gives each one its dark counterpart
//!   where the reader prefers dark.
//! - The card belongs to the picture: where a page is dark and its reader's system is not (or the other way
//!   round), text and card still change together, so a figure is legible on any page.
//!
//! # Source
//! M. Okabe, K. Ito, "Color Universal Design" (2008); without its yellow, which is too faint on white.

use std::fmt::Write as _;

use plotters::style::RGBColor;

/// Text and bars of means.
pub(super) const DARK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Text of less weight, axes.
pub(super) const FAINT: RGBColor = RGBColor(0x59, 0x59, 0x59);
/// Lines of the grid.
pub(super) const GRID: RGBColor = RGBColor(0xDD, 0xDD, 0xDD);
/// Every second row.
pub(super) const STRIPE: RGBColor = RGBColor(0xF1, 0xF3, 0xF5);
pub(super) const CARD: RGBColor = RGBColor(0xFC, 0xFC, 0xFC);
/// What is shown first.
pub(super) const BLUE: RGBColor = SERIES[0];
/// What is set against it.
pub(super) const VERMILLION: RGBColor = SERIES[1];

/// Colours of lines and groups of equal rank, in the order of use.
pub(super) const SERIES: [RGBColor; 7] = [
    RGBColor(0x00, 0x72, 0xB2),
    RGBColor(0xD5, 0x5E, 0x00),
    RGBColor(0x00, 0x9E, 0x73),
    RGBColor(0xCC, 0x79, 0xA7),
    RGBColor(0xE6, 0x9F, 0x00),
    RGBColor(0x56, 0xB4, 0xE9),
    RGBColor(0x00, 0x00, 0x00),
];

/// Each colour with its counterpart on a dark card.
const DARK_COUNTERPARTS: [(RGBColor, RGBColor); 12] = [
    (DARK, RGBColor(0xE6, 0xED, 0xF3)),
    (FAINT, RGBColor(0xA8, 0xB1, 0xBB)),
    (GRID, RGBColor(0x33, 0x3A, 0x43)),
    (STRIPE, RGBColor(0x1D, 0x23, 0x2B)),
    (CARD, RGBColor(0x16, 0x1B, 0x22)),
    (SERIES[0], RGBColor(0x4A, 0xA3, 0xEE)),
    (SERIES[1], RGBColor(0xF0, 0x7F, 0x35)),
    (SERIES[2], RGBColor(0x1D, 0xBF, 0x91)),
    (SERIES[3], RGBColor(0xE0, 0x94, 0xC0)),
    (SERIES[4], RGBColor(0xE8, 0xB0, 0x2C)),
    (SERIES[5], RGBColor(0xB5, 0xE3, 0xFA)),
    (SERIES[6], RGBColor(0xFF, 0xFF, 0xFF)),
];

/// Dashed lines, thin and thick: the stroke width, in tenths of a pixel, that no other line has, and the dashes.
///
/// plotters' backend writes no dashes, so [`style_sheet`] gives them to lines of these widths.
pub(super) const DASHES: [[(u32, &str); 2]; 2] =
    [[(13, "40 25"), (27, "75 40")], [(14, "14 24"), (29, "28 40")]];

/// Spells a colour as the backend does.
pub(super) fn hex(color: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2)
}

/// Writes the style sheet: the dark counterparts, and the dashes.
pub(crate) fn style_sheet() -> String {
    let mut css = String::new();
    for (width, dashes) in DASHES.iter().flatten() {
        let _ = write!(css, "[stroke-width=\"{width}\"]{{stroke-dasharray:{dashes}}}");
    }
    css.push_str("@media (prefers-color-scheme:dark){");
    for (light, dark) in DARK_COUNTERPARTS {
        let (light, dark) = (hex(light), hex(dark));
        let _ = write!(css, "[fill=\"{light}\"]{{fill:{dark}}}[stroke=\"{light}\"]{{stroke:{dark}}}");
    }
    css.push('}');
    css
}
