//! Colours: how they are written, how many the terminal has, and which of those is the nearest.

use ratatui::style::Color;

/// How many colours may be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// No colour sequence at all.
    None,
    /// The sixteen of the terminal's own palette.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// Any.
    True,
}

/// When colour is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum When {
    /// If the surroundings allow it.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// Never.
    Never,
}

/// What the environment says about colour; each is the value of the variable, empty if unset.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "each is the environment variable of that name")]
pub struct Surroundings {
    pub no_color: String,
    pub clicolor_force: String,
    pub colorterm: String,
    pub term: String,
    pub colorfgbg: String,
    pub sty: String,
}

/// Terminals that show every colour without saying so in `COLORTERM`.
const TRUE_COLOR: [&str; 6] = ["kitty", "alacritty", "foot", "ghostty", "wezterm", "direct"];

impl Depth {
    /// The depth for this wish here. A wish on the command line or in the configuration comes
    /// first, then `NO_COLOR`, then `CLICOLOR_FORCE`, then what the terminal can.
    #[must_use]
    pub fn of(when: When, around: &Surroundings) -> Self {
        let can = Self::of_terminal(around);
        let forced = !["", "0"].contains(&around.clicolor_force.as_str());
        match when {
            When::Never => Self::None,
            When::Auto if !around.no_color.is_empty() => Self::None,
            When::Auto if !forced => can,
            When::Auto | When::Always if can == Self::None => Self::Sixteen,
            When::Auto | When::Always => can,
        }
    }

    fn of_terminal(around: &Surroundings) -> Self {
        let term = around.term.as_str();
        let says_true = ["truecolor", "24bit"].contains(&around.colorterm.as_str());
        if term == "dumb" || term.starts_with("vt1") || term.starts_with("vt2") {
            Self::None
        } else if !around.sty.is_empty() {
            // GNU screen hands COLORTERM down and does not know such colours
            if term.contains("256") {
                Self::Indexed
            } else {
                Self::Sixteen
            }
        } else if says_true || TRUE_COLOR.iter().any(|name| term.contains(name)) {
            Self::True
        } else if term.contains("256") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

impl Surroundings {
    /// Whether the terminal says that its background is light: `COLORFGBG` ends in 7 or 15.
    pub(super) fn is_light(&self) -> bool {
        let ground = self.colorfgbg.rsplit(';').next();
        matches!(ground, Some("7" | "15"))
    }
}

/// What a theme is made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ground {
    Dark,
    Light,
}

impl Ground {
    /// The worse of the backgrounds that it has to be read on.
    pub(super) fn rgb(self) -> Rgb {
        match self {
            Self::Dark => (0x1e, 0x1e, 0x1e),
            Self::Light => (0xff, 0xff, 0xff),
        }
    }
}

type Rgb = (u8, u8, u8);

/// Names, places in the palette, and the colours that xterm gives them.
const SIXTEEN: [(&str, Color, Rgb); 16] = [
    ("black", Color::Black, (0, 0, 0)),
    ("red", Color::Red, (205, 0, 0)),
    ("green", Color::Green, (0, 205, 0)),
    ("yellow", Color::Yellow, (205, 205, 0)),
    ("blue", Color::Blue, (0, 0, 238)),
    ("magenta", Color::Magenta, (205, 0, 205)),
    ("cyan", Color::Cyan, (0, 205, 205)),
    ("white", Color::Gray, (229, 229, 229)),
    ("bright-black", Color::DarkGray, (127, 127, 127)),
    ("bright-red", Color::LightRed, (255, 0, 0)),
    ("bright-green", Color::LightGreen, (0, 255, 0)),
    ("bright-yellow", Color::LightYellow, (255, 255, 0)),
    ("bright-blue", Color::LightBlue, (92, 92, 255)),
    ("bright-magenta", Color::LightMagenta, (255, 0, 255)),
    ("bright-cyan", Color::LightCyan, (0, 255, 255)),
    ("bright-white", Color::White, (255, 255, 255)),
];

/// The levels of one channel in xterm's cube of 216 colours.
const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// `#rrggbb`, `default`, or one of the sixteen names.
pub(super) fn read(word: &str) -> Option<Color> {
    if word == "default" {
        return Some(Color::Reset);
    }
    if let Some((_, color, _)) = SIXTEEN.iter().find(|(name, ..)| *name == word) {
        return Some(*color);
    }
    let digits = word.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some(Color::Rgb(red, green, blue))
}

/// The nearest of the 256; what is not RGB stays.
pub(super) fn indexed(color: Color) -> Color {
    let Color::Rgb(red, green, blue) = color else {
        return color;
    };
    let level = |channel: u8| {
        let nearest = (0..6_u8).min_by_key(|at| LEVELS[usize::from(*at)].abs_diff(channel));
        nearest.unwrap_or(0)
    };
    let (r, g, b) = (level(red), level(green), level(blue));
    let at = |level: u8| LEVELS[usize::from(level)];
    let in_cube = (16 + 36 * r + 6 * g + b, (at(r), at(g), at(b)));
    let grays = (0..24_u8).map(|step| (232 + step, (8 + 10 * step, 8 + 10 * step, 8 + 10 * step)));
    let nearest = grays
        .chain([in_cube])
        .min_by_key(|(_, rgb)| distance(*rgb, (red, green, blue)));
    nearest.map_or(color, |(index, _)| Color::Indexed(index))
}

/// The nearest of the sixteen that can be read on this ground; what is not RGB stays. A colour
/// keeps its hue: pale green becomes green, not the gray that is nearer by numbers.
pub(super) fn sixteen(color: Color, ground: Ground) -> Color {
    let Color::Rgb(red, green, blue) = color else {
        return color;
    };
    let wanted = (red, green, blue);
    let colorful = spread(wanted) > 40;
    let usable = |rgb: Rgb| (spread(rgb) > 40) == colorful && contrast(rgb, ground.rgb()) >= 3.0;
    let off = |rgb: Rgb| {
        let hue = if colorful {
            distance(pure(rgb), pure(wanted))
        } else {
            0
        };
        (hue, distance(rgb, wanted))
    };
    let usable = SIXTEEN.iter().filter(|row| usable(row.2));
    let nearest = usable.min_by_key(|row| off(row.2));
    nearest.map_or(Color::Reset, |row| row.1)
}

fn spread((red, green, blue): Rgb) -> u8 {
    red.max(green).max(blue) - red.min(green).min(blue)
}

/// The same hue as strong and as light as it can be.
fn pure(rgb: Rgb) -> Rgb {
    let least = rgb.0.min(rgb.1).min(rgb.2);
    let stretch = |channel: u8| {
        let part = u16::from(channel - least) * 255 / u16::from(spread(rgb).max(1));
        u8::try_from(part).unwrap_or(u8::MAX)
    };
    (stretch(rgb.0), stretch(rgb.1), stretch(rgb.2))
}

/// Whether a background stands out as a colour, and text in the colour of the ground can be read
/// on it.
pub(super) fn is_loud(color: Color, ground: Ground) -> bool {
    let Color::Rgb(red, green, blue) = color else {
        return true;
    };
    let rgb = (red, green, blue);
    spread(rgb) > 96 && contrast(rgb, ground.rgb()) >= 4.5
}

/// Distance as eyes see it, near enough ("redmean").
fn distance(a: Rgb, b: Rgb) -> i64 {
    let mean = i64::from(a.0.midpoint(b.0));
    let square = |x: u8, y: u8| (i64::from(x) - i64::from(y)).pow(2);
    (((512 + mean) * square(a.0, b.0)) >> 8)
        + 4 * square(a.1, b.1)
        + (((767 - mean) * square(a.2, b.2)) >> 8)
}

/// The contrast of two colours by WCAG: 1 (none) to 21.
pub(super) fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    if a > b { a / b } else { b / a }
}

fn luminance((red, green, blue): Rgb) -> f64 {
    let linear = |channel: u8| {
        let part = f64::from(channel) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}
