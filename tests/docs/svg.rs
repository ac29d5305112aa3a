//! A screen as a picture that any browser shows: one text element for each run of equal cells.

use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

const CELL: (u32, u32) = (9, 18);
const MARGIN: u32 = 10;
const INK: &str = "#d4d4d4";
const PAPER: &str = "#1e1e1e";

pub(crate) fn picture(buffer: &Buffer) -> String {
    let area = buffer.area;
    let (width, height) = (
        u32::from(area.width) * CELL.0,
        u32::from(area.height) * CELL.1,
    );
    let (whole_width, whole_height) = (width + 2 * MARGIN, height + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {whole_width} {whole_height}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..area.height {
        let mut column = 0;
        while column < area.width {
            column += run(buffer, column, row, &mut svg);
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Draws the cells from a place on that look alike; returns how many they are.
fn run(buffer: &Buffer, column: u16, row: u16, svg: &mut String) -> u16 {
    let first = &buffer[(column, row)];
    let mut text = first.symbol().to_owned();
    let mut cells = cells_of(first);
    // A wide or composed character stands alone, so that what follows keeps its column.
    if first.symbol().is_ascii() {
        while let Some(next) = buffer.cell((column + cells, row)) {
            if !next.symbol().is_ascii() || !alike(first, next) {
                break;
            }
            text.push_str(next.symbol());
            cells += 1;
        }
    }
    let (ink, paper) = colours(first);
    let (x, y) = (
        MARGIN + u32::from(column) * CELL.0,
        MARGIN + u32::from(row) * CELL.1,
    );
    let width = u32::from(cells) * CELL.0;
    if paper != PAPER {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if !text.trim().is_empty() {
        let blanks = u32::try_from(text.len() - text.trim_start().len()).unwrap() * CELL.0;
        let text = text.trim();
        let length = u32::try_from(text.width()).unwrap() * CELL.0;
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" textLength=\"{length}\" xml:space=\"preserve\" fill=\"{ink}\"{}>{}</text>",
            x + blanks,
            y + 14,
            manner(first.modifier),
            escaped(text),
        );
    }
    cells
}

fn cells_of(cell: &Cell) -> u16 {
    u16::try_from(cell.symbol().width().max(1)).unwrap()
}

fn alike(a: &Cell, b: &Cell) -> bool {
    (a.fg, a.bg, a.modifier) == (b.fg, b.bg, b.modifier)
}

fn colours(cell: &Cell) -> (String, String) {
    let (ink, paper) = (colour(cell.fg, INK), colour(cell.bg, PAPER));
    if cell.modifier.contains(Modifier::REVERSED) {
        (paper, ink)
    } else {
        (ink, paper)
    }
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        _ => default.to_owned(),
    }
}

fn manner(modifier: Modifier) -> String {
    let mut manner = String::new();
    for (has, said) in [
        (Modifier::BOLD, " font-weight=\"bold\""),
        (Modifier::ITALIC, " font-style=\"italic\""),
        (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        (Modifier::DIM, " opacity=\"0.6\""),
    ] {
        if modifier.contains(has) {
            manner.push_str(said);
        }
    }
    manner
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
