//! The picture: two bars an epoch, what was paid and what would have been.

use std::fmt::Write as _;

const HEIGHT: u128 = 240;
const MARGIN: u128 = 40;
const BAR: usize = 14;

/// An SVG of (epoch, was, would).
pub fn svg(columns: &[(u64, u128, u128)]) -> String {
    let top = columns.iter().flat_map(|(_, a, b)| [*a, *b]).max().unwrap_or(0).max(1);
    let step = 3 * BAR;
    let width = 2 * 40 + step * columns.len().max(8);
    let base = MARGIN + HEIGHT;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {}\" font-family=\"sans-serif\" font-size=\"11\">\n\
         <title>Paid per epoch, as it was and as it would have been</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"40\" y=\"20\" fill=\"#1f2430\">atoms paid per epoch, at most {top}</text>\n\
         <rect x=\"40\" y=\"27\" width=\"9\" height=\"9\" fill=\"#4c6ef5\"/><text x=\"53\" y=\"35\" fill=\"#1f2430\">was</text>\n\
         <rect x=\"90\" y=\"27\" width=\"9\" height=\"9\" fill=\"#e8590c\"/><text x=\"103\" y=\"35\" fill=\"#1f2430\">would</text>\n",
        base + MARGIN
    );
    for (place, (epoch, was, would)) in columns.iter().enumerate() {
        let x = 40 + place * step;
        for (bar, value, colour) in [(0, was, "#4c6ef5"), (1, would, "#e8590c")] {
            let tall = scaled(*value, top);
            let _ = writeln!(
                out,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{tall}\" fill=\"{colour}\"><title>epoch {epoch}: {value}</title></rect>",
                x + bar * BAR,
                base - tall,
                BAR - 1,
            );
        }
        // A label where there is room for one.
        if place.is_multiple_of(columns.len().div_ceil(24).max(1)) {
            let _ = writeln!(
                out,
                "<text x=\"{x}\" y=\"{}\" fill=\"#1f2430\">{epoch}</text>",
                base + 14
            );
        }
    }
    out.push_str("</svg>\n");
    out
}

/// A value's height; large ones are shifted first, so that no product overflows.
fn scaled(value: u128, top: u128) -> u128 {
    let shift = 128_u32.saturating_sub(top.leading_zeros()).saturating_sub(100);
    (value >> shift) * HEIGHT / (top >> shift).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_in_proportion_and_the_largest_amount_fits() {
        assert_eq!(scaled(50, 100), HEIGHT / 2);
        assert_eq!(scaled(u128::MAX, u128::MAX), HEIGHT);
        assert_eq!(scaled(0, 1), 0);
        let svg = svg(&[(3, 100, 50), (4, 0, 100)]);
        assert!(svg.contains("height=\"240\" fill=\"#4c6ef5\"><title>epoch 3: 100</title>"));
        assert!(svg.contains("height=\"120\" fill=\"#e8590c\"><title>epoch 3: 50</title>"));
    }
}
