//! The report for people: plain tables on standard output.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};

use super::record::Counts;
use super::report::{Money, Report};

/// Digits in groups of three.
pub fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    if number < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn money(amount: Money) -> String {
    grouped(amount.0)
}

/// A table: the first `names` columns are text, the rest numbers.
fn table(header: &[&str], names: usize, rows: Vec<Vec<String>>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        if column.index >= names {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn counts(counts: &Counts) -> String {
    if counts.is_empty() {
        return "none".into();
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{name} {}", grouped(i128::from(*count))))
        .collect();
    parts.join(", ")
}

/// An id that fits a column: its two ends, which tell systems of one operator apart. The JSON has all of it.
fn short(id: &str) -> String {
    const END: usize = 18;
    let length = id.chars().count();
    if length <= 2 * END {
        return id.to_owned();
    }
    let start: String = id.chars().take(END).collect();
    let end: String = id.chars().skip(length - END + 1).collect();
    format!("{start}…{end}")
}

/// The whole report as text.
pub fn text(report: &Report) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "Payouts per provider (atoms)\n{}\n", payouts(report))?;
    if report.slashes.is_empty() {
        writeln!(out, "Slashes: none\n")?;
    } else {
        writeln!(out, "Slashes\n{}\n", slashes(report))?;
    }
    writeln!(out, "Fund use per epoch (atoms)\n{}\n", fund(report))?;
    writeln!(out, "Jobs: {}", counts(&report.jobs))?;
    writeln!(out, "  attempts that came to nothing: {}", counts(&report.requeued))?;
    writeln!(out, "  ended without pay: {}", counts(&report.ended))?;
    writeln!(out, "  refused entries: {}\n", counts(&report.refused))?;
    conservation(&mut out, report)?;
    writeln!(out, "policy        {}", report.policy_hash)?;
    writeln!(out, "state_root    {}", report.state_root)?;
    writeln!(out, "state digest  {}", report.state_digest)?;
    writeln!(out, "events digest {}", report.events_digest)?;
    Ok(out)
}

fn payouts(report: &Report) -> Table {
    let header = [
        "provider",
        "status",
        "band",
        "jobs",
        "units",
        "gross",
        "paid",
        "share",
        "penalties",
        "net",
    ];
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut sums = [0_i128; 7];
    for row in &report.providers {
        let numbers = [
            i128::from(row.jobs),
            i128::from(row.units),
            row.gross.0,
            row.paid.0,
            row.share.0,
            row.penalties.0,
            row.net.0,
        ];
        for (sum, number) in sums.iter_mut().zip(numbers) {
            *sum = sum.saturating_add(number);
        }
        let mut cells = vec![short(&row.provider_id), row.status.clone(), row.band.clone()];
        cells.extend(numbers.map(grouped));
        rows.push(cells);
    }
    let mut total = vec!["all".to_owned(), String::new(), String::new()];
    total.extend(sums.map(grouped));
    rows.push(total);
    table(&header, 3, rows)
}

fn slashes(report: &Report) -> Table {
    let header = ["provider", "reason", "severity", "epoch", "penalty", "cooldown", "jail"];
    let rows = report.slashes.iter().map(|slash| {
        vec![
            short(&slash.provider_id),
            slash.reason.clone(),
            slash.severity.clone(),
            slash.epoch.to_string(),
            money(slash.penalty),
            slash.cooldown_epochs.to_string(),
            slash.jail_epochs.to_string(),
        ]
    });
    table(&header, 3, rows.collect())
}

fn fund(report: &Report) -> Table {
    // A deferred claim is claimed again with what is owed of it: its gross counts in each epoch.
    let header = [
        "epoch",
        "claims",
        "budget",
        "gross",
        "payable",
        "deferred",
        "carry",
        "dust",
        "penalties",
        "used",
    ];
    let rows = report.fund.iter().map(|row| {
        let percent = row.payable.0.saturating_mul(100).checked_div(row.budget.0);
        vec![
            row.epoch.to_string(),
            grouped(i128::from(row.claims)),
            money(row.budget),
            money(row.gross),
            money(row.payable),
            money(row.deferred),
            money(row.carry),
            money(row.dust),
            money(row.penalties),
            percent.map_or_else(|| "-".into(), |percent| format!("{percent} %")),
        ]
    });
    table(&header, 0, rows.collect())
}

fn conservation(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "Conservation: the sum of all balances is {}", money(report.sum))?;
    let parts: Vec<String> = report
        .balances
        .iter()
        .filter(|(kind, _)| *kind != "mint")
        .map(|(kind, balance)| format!("{kind} {}", money(*balance)))
        .collect();
    let minted = report.balances.get("mint").map_or(0, |mint| -mint.0);
    writeln!(out, "  minted {} = {}", grouped(minted), parts.join(" + "))?;
    for check in &report.checks {
        let (sign, mark) = if check.holds() { ("=", "ok") } else { ("≠", "BROKEN") };
        writeln!(
            out,
            "  {mark}: {}: {} {sign} {}",
            check.rule,
            money(check.left),
            money(check.right)
        )?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(-1_234_567), "-1,234,567");
    }
}
