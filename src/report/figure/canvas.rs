//! Ink on a picture: pixels in, SVG out, over plotters' elements.
//!
//! Invariants
//! - A picture has its own rounded card and names no font but the generic `sans-serif`.
//! - plotters' SVG backend draws at whole units, so a picture is drawn in tenths of a pixel.
//! - Text is XML-safe: the backend escapes markup, and characters that XML forbids are replaced here.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea as _};
use plotters::element::{Circle, Drawable, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Color as _, RGBColor};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, IntoTextStyle as _};

use super::palette::{CARD, DARK, DASHES, FAINT, hex, style_sheet};
use super::text::{TEXT, escaped, printable};

/// A position on the picture, in pixels from its upper left.
pub(super) type Pixel = (f64, f64);

/// A picture under construction.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

/// A line's look.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    color: RGBColor,
    opacity: f64,
    /// In tenths of a pixel.
    width: u32,
}

/// A text's look, and where its position is within it.
#[derive(Clone, Copy)]
pub(super) struct Face {
    color: RGBColor,
    size: f64,
    style: FontStyle,
    anchor: HPos,
    turned: bool,
}

/// A mark's shape.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// A circle.
    Disc,
    Square,
    /// A triangle that points up.
    Triangle,
    /// A square on its corner.
    Diamond,
}

impl Mark {
    /// Every shape, in the order of use.
    pub(super) const ALL: [Self; 4] = [Self::Disc, Self::Square, Self::Triangle, Self::Diamond];
}

impl Ink {
    /// A solid line of `width` pixels.
    pub(super) fn new(color: RGBColor, width: f64) -> Self {
        let width = units(width).unsigned_abs();
        // A solid line must not have the width that means dashes.
        let is_taken = |width: &u32| DASHES.iter().flatten().any(|(dashed, _)| dashed == width);
        let width = (width..).find(|width| !is_taken(width)).expect("few widths are taken");
        Self { color, opacity: 1.0, width }
    }

    /// A thin or a thick line in one of the [`STYLES`].
    pub(super) fn styled(color: RGBColor, style: usize, is_thick: bool) -> Self {
        match (style % STYLES).checked_sub(1) {
            None => Self::new(color, if is_thick { 2.6 } else { 1.2 }),
            Some(dashes) => Self { color, opacity: 1.0, width: DASHES[dashes][usize::from(is_thick)].0 },
        }
    }

    /// The same line with another opacity, `0.0..=1.0`.
    pub(super) fn faded(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }
}

impl Face {
    /// Ordinary text that begins at its position, centred on it in height.
    pub(super) const PLAIN: Self =
        Self { color: DARK, size: TEXT, style: FontStyle::Normal, anchor: HPos::Left, turned: false };
    /// Text of less weight.
    pub(super) const NOTE: Self = Self { color: FAINT, ..Self::PLAIN };
    /// A figure's title.
    pub(super) const TITLE: Self = Self { size: TITLE, style: FontStyle::Bold, ..Self::PLAIN };
    /// The title of an axis or of a part of a figure.
    pub(super) const AXIS: Self = Self { style: FontStyle::Bold, ..Self::PLAIN };

    /// The same look, centred on its position.
    pub(super) fn centred(self) -> Self {
        Self { anchor: HPos::Center, ..self }
    }

    /// The same look, ending at its position.
    pub(super) fn ending(self) -> Self {
        Self { anchor: HPos::Right, ..self }
    }

    /// The same look, reading upwards.
    pub(super) fn turned(self) -> Self {
        Self { turned: true, ..self }
    }

    /// The same look in another colour.
    pub(super) fn colored(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    /// The same look in another size, in pixels.
    pub(super) fn sized(self, size: f64) -> Self {
        Self { size, ..self }
    }
}

/// How many styles of lines there are: solid, dashed, dotted.
pub(super) const STYLES: usize = 1 + DASHES.len();

/// The size of a figure's title, in pixels.
pub(super) const TITLE: f64 = 16.0;

/// Draws a picture of `size` (width and height in pixels).
///
/// `title` and `description` are in it for who can't see it.
pub(super) fn picture(
    size: Pixel,
    title: &str,
    description: &str,
    paint: impl FnOnce(&Canvas<'_>),
) -> String {
    let (width, height) = (units(size.0), units(size.1));
    let mut drawn = String::new();
    let backend = SVGBackend::with_string(&mut drawn, (width.unsigned_abs(), height.unsigned_abs()));
    let canvas = Canvas { area: backend.into_drawing_area() };
    paint(&canvas);
    canvas.area.present().expect("drawing into memory can't fail");
    drop(canvas);
    // The backend gives its root element neither a name nor a scale nor a style, and draws no round corners.
    let (_, marks) = drawn.split_once('\n').expect("the backend gives the root element a line of its own");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n<style>{}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"100\" fill=\"{}\"/>\n{marks}",
        f64::from(width) / 10.0,
        f64::from(height) / 10.0,
        escaped(title),
        escaped(description),
        style_sheet(),
        hex(CARD),
    )
}

impl Canvas<'_> {
    /// Draws a straight line.
    pub(super) fn line(&self, from: Pixel, to: Pixel, ink: Ink) {
        self.path(&[from, to], ink);
    }

    /// Draws a line through `positions`.
    pub(super) fn path(&self, positions: &[Pixel], ink: Ink) {
        let style = ink.color.mix(ink.opacity).stroke_width(ink.width);
        self.put(&PathElement::new(corners(positions), style));
    }

    /// Fills the box between two corners, with an opacity of `0.0..=1.0`.
    pub(super) fn fill(&self, upper_left: Pixel, lower_right: Pixel, color: RGBColor, opacity: f64) {
        let corners = corners(&[upper_left, lower_right]);
        self.put(&Rectangle::new([corners[0], corners[1]], color.mix(opacity).filled()));
    }

    /// Draws the outline of the box between two corners.
    pub(super) fn outline(&self, (left, top): Pixel, (right, bottom): Pixel, ink: Ink) {
        self.path(&[(left, top), (right, top), (right, bottom), (left, bottom), (left, top)], ink);
    }

    /// Draws a filled mark of `radius` pixels, with an opacity of `0.0..=1.0`.
    pub(super) fn mark(&self, mark: Mark, at: Pixel, radius: f64, color: RGBColor, opacity: f64) {
        let color = color.mix(opacity);
        match mark {
            Mark::Disc => self.put(&Circle::new(corner(at), units(radius), color.filled())),
            _ => self.put(&Polygon::new(corners(&mark.corners(at, radius)), color)),
        }
    }

    /// Draws a hollow mark of `radius` pixels, which covers what is below it.
    pub(super) fn hollow(&self, mark: Mark, at: Pixel, radius: f64, color: RGBColor) {
        self.mark(mark, at, radius, CARD, 1.0);
        let ink = Ink::new(color, 1.6);
        match mark {
            Mark::Disc => self.put(&Circle::new(corner(at), units(radius), color.stroke_width(ink.width))),
            _ => {
                let mut corners = mark.corners(at, radius);
                corners.extend(corners.first().copied());
                self.path(&corners, ink);
            }
        }
    }

    /// Writes one line of text; nothing for none.
    pub(super) fn text(&self, text: &str, at: Pixel, face: Face) {
        if text.is_empty() {
            return;
        }
        // The backend divides a font's size by 1.24 to get at the em.
        let font = FontDesc::new(FontFamily::SansSerif, face.size * 12.4, face.style);
        let font = if face.turned { font.transform(FontTransform::Rotate270) } else { font };
        let pos = Pos::new(face.anchor, VPos::Center);
        let style = font.into_text_style(&self.area).color(&face.color).pos(pos);
        self.put(&Text::new(printable(text), corner(at), style));
    }

    fn put<'a, E>(&self, element: &'a E)
    where
        for<'b> &'b E: plotters::element::PointCollection<'b, (i32, i32)>,
        E: for<'b> Drawable<SVGBackend<'b>>,
    {
        self.area.draw(element).expect("drawing into memory can't fail");
    }
}

impl Mark {
    /// The corners of a mark that has some.
    fn corners(self, at: Pixel, radius: f64) -> Vec<Pixel> {
        let offsets: &[Pixel] = match self {
            Self::Disc => &[],
            Self::Square => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
            Self::Triangle => &[(0.0, -1.2), (1.1, 0.8), (-1.1, 0.8)],
            Self::Diamond => &[(0.0, -1.25), (1.25, 0.0), (0.0, 1.25), (-1.25, 0.0)],
        };
        offsets.iter().map(|(x, y)| (at.0 + x * radius, at.1 + y * radius)).collect()
    }
}

/// Pixels as the picture's own units.
fn units(pixels: f64) -> i32 {
    (pixels * 10.0).round() as i32
}

fn corner(pixel: Pixel) -> (i32, i32) {
    (units(pixel.0), units(pixel.1))
}

fn corners(pixels: &[Pixel]) -> Vec<(i32, i32)> {
    pixels.iter().map(|pixel| corner(*pixel)).collect()
}
