//! The picture of a settled epoch: a bar a payee, the largest first, and how the epoch's money was divided.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Bars that are drawn; the rest is one bar together.
const BARS_MAX: usize = 24;
const ROW: u128 = 22;
const LEFT: u128 = 180;
const WIDTH: u128 = 480;

/// What an epoch paid.
pub struct Paid {
    /// Which.
    pub epoch: u64,
    /// By provider, penalties taken off.
    pub providers: BTreeMap<String, u128>,
    /// By miner.
    pub miners: BTreeMap<String, u128>,
    /// The treasury's share.
    pub treasury: u128,
    /// Penalties.
    pub penalties: u128,
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// Large values are shifted first, so that no product overflows.
fn scaled(value: u128, top: u128) -> u128 {
    let shift = 128_u32.saturating_sub(top.leading_zeros()).saturating_sub(100);
    (value >> shift) * WIDTH / (top >> shift).max(1)
}

/// The bars: name, amount, colour.
fn bars(paid: &Paid) -> Vec<(String, u128, &'static str)> {
    let of = |all: &BTreeMap<String, u128>, colour: &'static str| -> Vec<(String, u128, &'static str)> {
        let named = all.iter().filter(|(_, amount)| **amount > 0);
        named.map(|(name, amount)| (name.clone(), *amount, colour)).collect()
    };
    let mut bars = of(&paid.providers, "#4c6ef5");
    bars.extend(of(&paid.miners, "#0ca678"));
    bars.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if bars.len() > BARS_MAX {
        let rest = bars.split_off(BARS_MAX - 1);
        let sum = rest
            .iter()
            .fold(0_u128, |sum, (_, amount, _)| sum.saturating_add(*amount));
        bars.push((format!("{} others", rest.len()), sum, "#868e96"));
    }
    for (name, amount, colour) in [
        ("treasury", paid.treasury, "#f08c00"),
        ("penalties", paid.penalties, "#e03131"),
    ] {
        if amount > 0 {
            bars.push((name.to_owned(), amount, colour));
        }
    }
    bars
}

/// An SVG.
pub fn svg(paid: &Paid) -> String {
    let bars = bars(paid);
    let top = bars.iter().map(|(_, amount, _)| *amount).max().unwrap_or(0).max(1);
    let height = 60 + ROW * bars.len().max(1) as u128 + 20;
    let width = LEFT + WIDTH + 190;
    let epoch = paid.epoch;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>What epoch {epoch} paid</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n\
         <text x=\"16\" y=\"24\" font-size=\"15\" fill=\"#1f2430\">Epoch {epoch}: atoms by payee</text>\n"
    );
    for (place, (name, colour)) in [
        ("providers", "#4c6ef5"),
        ("miners", "#0ca678"),
        ("treasury", "#f08c00"),
        ("penalties", "#e03131"),
    ]
    .into_iter()
    .enumerate()
    {
        let x = 16 + 100 * place;
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"34\" width=\"10\" height=\"10\" fill=\"{colour}\"/><text x=\"{}\" y=\"43\" fill=\"#1f2430\">{name}</text>",
            x + 15
        );
    }
    if bars.is_empty() {
        out.push_str("<text x=\"16\" y=\"74\" fill=\"#1f2430\">nothing was paid</text>\n");
    }
    for (place, (name, amount, colour)) in bars.iter().enumerate() {
        let y = 60 + ROW * place as u128;
        let long = scaled(*amount, top).max(1);
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"#1f2430\">{}</text>\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{long}\" height=\"{}\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"#1f2430\">{amount}</text>",
            LEFT - 8,
            y + 13,
            escaped(&short(name)),
            ROW - 5,
            LEFT + long + 6,
            y + 13,
        );
    }
    out.push_str("</svg>\n");
    out
}

/// A name that fits beside its bar.
fn short(name: &str) -> String {
    const LETTERS: usize = 24;
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::{Paid, bars, scaled, svg};

    fn paid(providers: usize) -> Paid {
        Paid {
            epoch: 3,
            providers: (0..providers).map(|n| (format!("p{n:03}"), 100 + n as u128)).collect(),
            miners: [("m<1>".to_owned(), 50)].into(),
            treasury: 5,
            penalties: 0,
        }
    }

    #[test]
    fn bars_are_in_proportion_bounded_and_escaped() {
        assert_eq!(scaled(50, 100), 240);
        assert_eq!(scaled(u128::MAX, u128::MAX), 480);
        let few = bars(&paid(3));
        assert_eq!(few.iter().map(|bar| bar.1).collect::<Vec<_>>(), [102, 101, 100, 50, 5]);
        let many = bars(&paid(500));
        assert_eq!(many.len(), 25);
        let sum: u128 = many.iter().map(|bar| bar.1).sum();
        assert_eq!(sum, (0..500_u128).map(|n| 100 + n).sum::<u128>() + 55);
        assert!(svg(&paid(3)).contains("m&lt;1&gt;"));
        assert!(svg(&paid(0)).contains("treasury"));
    }
}
