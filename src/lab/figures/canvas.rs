//! Ink on a picture: pixels in, SVG out, over plotters' elements.
//!
//! Invariants
//! - A picture carries its own rounded background and names no font but the generic `sans-serif`.
//! - plotters' SVG backend places on whole units, so a picture is drawn in tenths of a pixel.
//! - Text is XML-safe: the backend escapes markup, and characters that XML forbids are replaced here.

use std::cell::RefCell;

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea as _};
use plotters::element::{Circle, Drawable, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Color as _, RGBColor};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, IntoTextStyle as _};

use super::numeral::{Numeral, Quantity};
use super::palette::{DARK, FAINT, PAPER};

/// The width of every figure that is free to choose one, in pixels.
pub(super) const WIDTH: f64 = 860.0;
/// The size of ordinary text, in pixels.
pub(super) const TEXT: f64 = 12.5;
/// The space between what is drawn and the picture's edge, in pixels.
pub(super) const MARGIN: f64 = 16.0;

/// A place on the picture, in pixels from its upper left.
pub(super) type Place = (f64, f64);

/// A picture under construction.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
    numerals: RefCell<Vec<Numeral>>,
}

/// A finished picture.
pub(super) struct Picture {
    /// The SVG document.
    pub(super) svg: String,
    /// What its numerals state.
    pub(super) numerals: Vec<Numeral>,
}

/// A line's look.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    /// Its colour.
    pub(super) color: RGBColor,
    /// Its opacity, `0.0..=1.0`.
    pub(super) opacity: f64,
    /// Its width, in pixels.
    pub(super) width: f64,
}

/// A text's look, and how it hangs on its place.
#[derive(Clone, Copy)]
pub(super) struct Face {
    color: RGBColor,
    size: f64,
    style: FontStyle,
    side: HPos,
    turned: bool,
}

/// A mark's shape.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// A filled circle.
    Disc,
    /// A filled square.
    Square,
    /// A filled triangle that points up.
    Triangle,
    /// A filled square on its corner.
    Diamond,
}

impl Mark {
    /// Every shape, in the order of use.
    pub(super) const ALL: [Self; 4] = [Self::Disc, Self::Square, Self::Triangle, Self::Diamond];
}

impl Ink {
    /// An opaque line.
    pub(super) fn new(color: RGBColor, width: f64) -> Self {
        Self { color, opacity: 1.0, width }
    }

    /// The same line with another opacity.
    pub(super) fn faded(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

impl Face {
    /// Ordinary text that begins at its place, centred on it in height.
    pub(super) const PLAIN: Self =
        Self { color: DARK, size: TEXT, style: FontStyle::Normal, side: HPos::Left, turned: false };
    /// Text of less weight.
    pub(super) const NOTE: Self = Self { color: FAINT, ..Self::PLAIN };
    /// A figure's title.
    pub(super) const TITLE: Self = Self { size: 16.0, style: FontStyle::Bold, ..Self::PLAIN };
    /// The title of an axis or of a part of a figure.
    pub(super) const AXIS: Self = Self { style: FontStyle::Bold, ..Self::PLAIN };

    /// The same look, centred on its place.
    pub(super) fn centred(self) -> Self {
        Self { side: HPos::Center, ..self }
    }

    /// The same look, ending at its place.
    pub(super) fn ending(self) -> Self {
        Self { side: HPos::Right, ..self }
    }

    /// The same look, reading upwards.
    pub(super) fn turned(self) -> Self {
        Self { turned: true, ..self }
    }

    /// The same look in another colour.
    pub(super) fn colored(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }
}

/// Draws a picture of `size` (width and height in pixels).
///
/// `title` and `description` stand in it for who can't see it.
pub(super) fn picture(
    size: Place,
    title: &str,
    description: &str,
    paint: impl FnOnce(&Canvas<'_>),
) -> Picture {
    let (width, height) = (units(size.0), units(size.1));
    let mut drawn = String::new();
    let backend = SVGBackend::with_string(&mut drawn, (width.unsigned_abs(), height.unsigned_abs()));
    let canvas = Canvas { area: backend.into_drawing_area(), numerals: RefCell::default() };
    paint(&canvas);
    canvas.area.present().expect("drawing into memory can't fail");
    let numerals = canvas.numerals.take();
    drop(canvas);
    // The backend can give its root element neither a name nor a scale, and draws no round corners.
    let (_, marks) = drawn.split_once('\n').expect("the backend gives the root element a line of its own");
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"100\" fill=\"{PAPER}\"/>\n{marks}",
        size.0,
        size.1,
        escaped(title),
        escaped(description),
    );
    Picture { svg, numerals }
}

impl Canvas<'_> {
    /// Draws a straight line.
    pub(super) fn line(&self, from: Place, to: Place, ink: Ink) {
        self.path(&[from, to], ink);
    }

    /// Draws a line through `places`.
    pub(super) fn path(&self, places: &[Place], ink: Ink) {
        let style = ink.color.mix(ink.opacity).stroke_width(units(ink.width).unsigned_abs());
        self.put(&PathElement::new(corners(places), style));
    }

    /// Fills the box between two corners.
    pub(super) fn fill(&self, upper_left: Place, lower_right: Place, color: RGBColor) {
        let corners = corners(&[upper_left, lower_right]);
        self.put(&Rectangle::new([corners[0], corners[1]], color.filled()));
    }

    /// Draws a filled mark of `radius` pixels.
    pub(super) fn mark(&self, mark: Mark, at: Place, radius: f64, color: RGBColor, opacity: f64) {
        let color = color.mix(opacity);
        let around = |offsets: &[Place]| {
            let places: Vec<Place> =
                offsets.iter().map(|(x, y)| (at.0 + x * radius, at.1 + y * radius)).collect();
            Polygon::new(corners(&places), color)
        };
        match mark {
            Mark::Disc => self.put(&Circle::new(corner(at), units(radius), color.filled())),
            Mark::Square => self.put(&around(&[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])),
            Mark::Triangle => self.put(&around(&[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)])),
            Mark::Diamond => self.put(&around(&[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)])),
        }
    }

    /// Draws a hollow circle of `radius` pixels.
    pub(super) fn ring(&self, at: Place, radius: f64, ink: Ink) {
        let style = ink.color.mix(ink.opacity).stroke_width(units(ink.width).unsigned_abs());
        self.put(&Circle::new(corner(at), units(radius), style));
    }

    /// Writes one line of text.
    pub(super) fn text(&self, text: &str, at: Place, face: Face) {
        // The backend divides a font's size by 1.24 to get at the em.
        let font = FontDesc::new(FontFamily::SansSerif, face.size * 12.4, face.style);
        let font = if face.turned { font.transform(FontTransform::Rotate270) } else { font };
        let style =
            font.into_text_style(&self.area).color(&face.color).pos(Pos::new(face.side, VPos::Center));
        self.put(&Text::new(allowed(text), corner(at), style));
    }

    /// Writes one line of text that has a numeral, and says what that states.
    pub(super) fn numeral(&self, text: &str, of: Quantity, at: Place, face: Face) {
        self.numerals.borrow_mut().push(Numeral { text: allowed(text), of });
        self.text(text, at, face);
    }

    /// Writes one line of text that marks a place on an axis.
    pub(super) fn tick(&self, text: &str, at: Place, face: Face) {
        self.numeral(text, Quantity::Axis, at, face);
    }

    fn put<'a, E>(&self, element: &'a E)
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        E: for<'b> Drawable<SVGBackend<'b>>,
    {
        self.area.draw(element).expect("drawing into memory can't fail");
    }
}

/// Estimates the width of ordinary text in a wide sans-serif font, in pixels.
pub(super) fn text_width(text: &str) -> f64 {
    text.chars().count() as f64 * TEXT * 0.62
}

/// Shortens a text of more than `most` characters, and marks that it did.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Pixels as the picture's own units; out of range they stay at its end.
fn units(pixels: f64) -> i32 {
    (pixels * 10.0).round() as i32
}

fn corner(place: Place) -> (i32, i32) {
    (units(place.0), units(place.1))
}

fn corners(places: &[Place]) -> Vec<(i32, i32)> {
    places.iter().map(|place| corner(*place)).collect()
}

/// Replaces what XML 1.0 can't hold in any spelling.
fn allowed(text: &str) -> String {
    let replace = |symbol: char| match symbol {
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        symbol if symbol.is_control() => '\u{fffd}',
        symbol => symbol,
    };
    text.chars().map(replace).collect()
}

fn escaped(text: &str) -> String {
    allowed(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
