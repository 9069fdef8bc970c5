//! An organisation's colour, made readable: as chosen on a light ground, lighter on a dark one.

use serde::Serialize;

/// A colour and what is readable on it, for both themes; `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Palette {
    /// On the light ground.
    pub light: Pair,
    /// On the dark ground.
    pub dark: Pair,
}

/// A colour and the text on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// The colour.
    pub accent: String,
    /// Text on it.
    pub on: String,
}

/// Linear only in its name: red, green, blue from 0 to 1 as written in sRGB.
type Rgb = [f64; 3];

const WHITE: Rgb = [1.0; 3];
const INK: Rgb = [0.024, 0.157, 0.165];
const LIGHT_GROUND: Rgb = [0.957, 0.961, 0.949];
const DARK_GROUND: Rgb = [0.09, 0.129, 0.125];
/// WCAG 2.2, 1.4.3, with a little room for the soft backgrounds that the colour is also put on.
const READABLE: f64 = 5.0;
/// What nobody chose.
const OWN: Rgb = [0.0, 0.345, 0.373];

impl Palette {
    /// From `#rrggbb`; the product's own colour when it is nothing of the kind.
    pub(super) fn of(colour: &str) -> Self {
        let chosen = parse(colour).unwrap_or(OWN);
        let dark_start = softened(chosen);
        Self {
            light: pair(towards(chosen, [0.0; 3], LIGHT_GROUND)),
            dark: pair(towards(dark_start, WHITE, DARK_GROUND)),
        }
    }
}

fn pair(accent: Rgb) -> Pair {
    let on = if contrast(accent, WHITE) >= contrast(accent, INK) { WHITE } else { INK };
    Pair { accent: hex(accent), on: hex(on) }
}

/// Mixes in `end` until it is readable on `ground`.
fn towards(colour: Rgb, end: Rgb, ground: Rgb) -> Rgb {
    (0..=20)
        .map(|step| mix(colour, end, f64::from(step) / 20.0))
        .find(|mixed| contrast(*mixed, ground) >= READABLE)
        .unwrap_or(end)
}

/// The same hue, light and less loud, as a dark ground wants it.
fn softened(colour: Rgb) -> Rgb {
    let (max, min) = (colour.iter().copied().fold(0.0, f64::max), colour.iter().copied().fold(1.0, f64::min));
    if max - min < 0.02 {
        return [0.8; 3];
    }
    // Every channel keeps its place between the least and the most, which are moved to 0.50 and 0.83.
    colour.map(|channel| 0.50 + 0.33 * (channel - min) / (max - min))
}

fn mix(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share)
}

/// WCAG 2.2's contrast ratio.
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: Rgb) -> f64 {
    let [r, g, b] = colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn parse(text: &str) -> Option<Rgb> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let channel = |at| u8::from_str_radix(&digits[at..at + 2], 16).ok().map(|value| f64::from(value) / 255.0);
    Some([channel(0)?, channel(2)?, channel(4)?])
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=255")]
fn hex(colour: Rgb) -> String {
    let [r, g, b] = colour.map(|channel| (channel.clamp(0.0, 1.0) * 255.0).round() as u8);
    format!("#{r:02x}{g:02x}{b:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_becomes_readable() {
        let colours =
            ["#00585f", "#5b3a86", "#ffffff", "#000000", "#ffdd00", "#ff0000", "#7f7f7f", "#0000ff"];
        for colour in colours.into_iter().chain(["red", "#12345", "#ééé", ""]) {
            let Palette { light, dark } = Palette::of(colour);
            for (Pair { accent, on }, ground) in [(light, LIGHT_GROUND), (dark, DARK_GROUND)] {
                let (accent, on) = (parse(&accent).unwrap(), parse(&on).unwrap());
                assert!(contrast(accent, ground) >= 4.5, "{colour} on its ground");
                assert!(contrast(accent, on) >= 4.5, "text on {colour}");
            }
        }
    }

    #[test]
    fn a_good_colour_stays_as_chosen() {
        assert_eq!(Palette::of("#00585f").light, Pair { accent: "#00585f".into(), on: "#ffffff".into() });
    }
}
