//! One colour from the configuration becomes the colours of every page, light and dark, readable in each.
//!
//! The mark keeps the organisation's colour as it is. Text and buttons keep its hue and take the nearest
//! lightness that WCAG 2.2 (1.4.3, contrast 4.5:1) allows on every ground that they stand on.

use std::{fmt, str::FromStr};

/// What text must have against its ground.
const READABLE: f64 = 4.5;
/// Thin text on a dark ground tires; there is room for more.
const READABLE_IN_DARK: f64 = 7.0;

/// The grounds in `styrk.css` that the accent stands on.
const LIGHT_GROUNDS: [Colour; 2] = [Colour::new(0xff, 0xff, 0xff), Colour::new(0xf3, 0xf5, 0xf3)];
const DARK_GROUNDS: [Colour; 2] = [Colour::new(0x0d, 0x13, 0x12), Colour::new(0x16, 0x20, 0x1f)];
const WHITE: Colour = Colour::new(0xff, 0xff, 0xff);
const INK: Colour = Colour::new(0x0b, 0x12, 0x11);

/// A colour in sRGB, written `#00585f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// Not a colour in the form `#00585f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAColour;

impl fmt::Display for NotAColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a colour is # and six hexadecimal digits, like #00585f")
    }
}

impl std::error::Error for NotAColour {}

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NotAColour);
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| NotAColour);
        Ok(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Colour {
    /// A colour from its three parts.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Contrast between two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// Hue in degrees, saturation and lightness from 0 to 1.
    fn hsl(self) -> (f64, f64, f64) {
        let [red, green, blue] = [self.red, self.green, self.blue].map(|part| f64::from(part) / 255.0);
        let (max, min) = (red.max(green).max(blue), red.min(green).min(blue));
        let (lightness, range) = (f64::midpoint(max, min), max - min);
        if range == 0.0 {
            return (0.0, 0.0, lightness);
        }
        let saturation = range / (1.0 - (2.0 * lightness - 1.0).abs());
        let sixth = if max <= red {
            ((green - blue) / range).rem_euclid(6.0)
        } else if max <= green {
            (blue - red) / range + 2.0
        } else {
            (red - green) / range + 4.0
        };
        (sixth * 60.0, saturation, lightness)
    }

    fn from_hsl(hue: f64, saturation: f64, lightness: f64) -> Self {
        let part = |n: f64| {
            let k = (n + hue / 30.0) % 12.0;
            let value = lightness
                - saturation * lightness.min(1.0 - lightness) * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
            let byte = (value * 255.0).round().clamp(0.0, 255.0) as u8;
            byte
        };
        Self::new(part(0.0), part(8.0), part(4.0))
    }

    /// This colour or ink, whichever is easier to read on `ground`.
    fn on(ground: Self) -> Self {
        if WHITE.contrast(ground) >= INK.contrast(ground) { WHITE } else { INK }
    }
}

/// The accent of one scheme and what goes with it.
struct Scheme {
    accent: Colour,
    on_accent: Colour,
    /// Under the pointer.
    strong: Colour,
    /// The ground of the number.
    soft: Colour,
}

impl Scheme {
    fn light(colour: Colour) -> Self {
        let (hue, saturation, lightness) = colour.hsl();
        let soft = Colour::from_hsl(hue, saturation.min(0.35), 0.93);
        let accent =
            nearest(hue, saturation, lightness, -0.01, READABLE, &[&LIGHT_GROUNDS[..], &[soft]].concat());
        let (hue, saturation, lightness) = accent.hsl();
        let strong = Colour::from_hsl(hue, saturation, (lightness * 0.8).max(0.0));
        Self { accent, on_accent: WHITE, strong, soft }
    }

    fn dark(colour: Colour) -> Self {
        let (hue, saturation, lightness) = colour.hsl();
        let soft = Colour::from_hsl(hue, saturation.min(0.35), 0.14);
        let grounds = [&DARK_GROUNDS[..], &[soft]].concat();
        let accent = nearest(hue, saturation.min(0.5), lightness.max(0.5), 0.01, READABLE_IN_DARK, &grounds);
        let (hue, saturation, lightness) = accent.hsl();
        let strong = Colour::from_hsl(hue, saturation, (lightness + 0.1).min(1.0));
        Self { accent, on_accent: INK, strong, soft }
    }
}

/// The first colour of this hue, from `lightness` in steps, that is readable on all `grounds`.
fn nearest(
    hue: f64,
    saturation: f64,
    lightness: f64,
    step: f64,
    contrast: f64,
    grounds: &[Colour],
) -> Colour {
    let mut lightness = lightness;
    loop {
        let colour = Colour::from_hsl(hue, saturation, lightness.clamp(0.0, 1.0));
        let readable = grounds.iter().all(|ground| colour.contrast(*ground) >= contrast);
        if readable || !(0.0..=1.0).contains(&lightness) {
            return colour;
        }
        lightness += step;
    }
}

/// The style sheet with the organisation's colours, served as `/assets/brand.css`.
#[must_use]
pub fn brand_css(colour: Colour) -> String {
    let write = |scheme: &Scheme| {
        format!(
            "--accent:{};--on-accent:{};--accent-strong:{};--accent-soft:{}",
            scheme.accent, scheme.on_accent, scheme.strong, scheme.soft
        )
    };
    format!(
        ":root{{--mark:{colour};--on-mark:{};{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        Colour::on(colour),
        write(&Scheme::light(colour)),
        write(&Scheme::dark(colour)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOURS: [&str; 10] = [
        "#00585f", "#000000", "#ffffff", "#ffcc00", "#ff0000", "#0000ff", "#00ff00", "#808080", "#5b3a86",
        "#e6007e",
    ];

    #[test]
    fn every_colour_is_readable_where_it_stands() {
        for text in COLOURS {
            let colour: Colour = text.parse().expect("a colour");
            let schemes = [(Scheme::light(colour), LIGHT_GROUNDS), (Scheme::dark(colour), DARK_GROUNDS)];
            for (scheme, grounds) in schemes {
                for ground in grounds.into_iter().chain([scheme.soft]) {
                    let contrast = scheme.accent.contrast(ground);
                    assert!(contrast >= READABLE, "{text}: {} on {ground} has {contrast:.2}", scheme.accent);
                }
                for button in [scheme.accent, scheme.strong] {
                    let contrast = scheme.on_accent.contrast(button);
                    assert!(contrast >= READABLE, "{text}: button {button} has {contrast:.2}");
                }
            }
            assert!(Colour::on(colour).contrast(colour) >= READABLE, "{text}: the letter in the mark");
        }
    }

    #[test]
    fn a_colour_that_is_readable_stays_as_it_is() {
        let colour: Colour = "#00585f".parse().expect("a colour");
        assert_eq!(Scheme::light(colour).accent, colour);
        assert!(brand_css(colour).contains("--mark:#00585f;--on-mark:#ffffff"));
    }

    #[test]
    fn contrast_is_the_one_of_the_standard() {
        assert!((WHITE.contrast(Colour::new(0, 0, 0)) - 21.0).abs() < 1e-9);
        assert!((Colour::new(0x77, 0x77, 0x77).contrast(WHITE) - 4.478).abs() < 0.001);
    }

    #[test]
    fn what_is_not_a_colour_is_refused() {
        for text in ["", "00585f", "#00585", "#00585g", "#+0585f", "#00585ff", "#åäö"] {
            assert_eq!(text.parse::<Colour>(), Err(NotAColour), "{text}");
        }
    }

    #[test]
    fn the_style_sheet_has_the_grounds_that_are_counted_with() {
        for ground in LIGHT_GROUNDS.into_iter().chain(DARK_GROUNDS) {
            assert!(
                crate::pages::assets::STYLE.contains(&ground.to_string()),
                "{ground} is not in styrk.css"
            );
        }
    }
}
