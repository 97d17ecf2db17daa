//! Cells of a table as numbers: whole numbers, decimals in millionths, moments in milliseconds. All
//! by integers, so that a trace means the same on every machine.

use aicf_core::Code;

use super::input::{Cell, CellError};

const MS_PER_DAY: u64 = 86_400_000;

fn digits(text: &str, what: &str) -> Cell<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CellError::new(Code::BadEncoding, format!("`{text}` is not {what}")));
    }
    text.parse()
        .map_err(|_| CellError::new(Code::OutOfRange, format!("`{text}` is too large for {what}")))
}

/// A whole number within bounds.
pub fn integer(text: &str, least: u64, most: u64) -> Cell<u64> {
    let what = "a whole number";
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    if unsigned.len() < text.len() && digits(unsigned, what).is_ok() {
        return Err(CellError::new(Code::OutOfRange, format!("`{text}` is below {least}")));
    }
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && text.contains(['.', 'e', 'E'])
    {
        return Err(CellError::new(
            Code::WrongType,
            format!("`{text}` is not a whole number"),
        ));
    }
    let value = digits(text, what)?;
    if value < least || value > most {
        return Err(CellError::new(
            Code::OutOfRange,
            format!("{value} is not within {least} and {most}"),
        ));
    }
    Ok(value)
}

/// A decimal such as `24110.8` in millionths; digits beyond the sixth are cut.
pub fn millionths(text: &str) -> Cell<u64> {
    let what = "a decimal number";
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let whole = digits(whole, what)?;
    digits(fraction, what)?;
    let fraction = digits(&format!("{:0<6}", fraction.get(..6).unwrap_or(fraction)), what)?;
    whole
        .checked_mul(1_000_000)
        .and_then(|millionths| millionths.checked_add(fraction))
        .ok_or_else(|| CellError::new(Code::OutOfRange, format!("`{text}` is too large")))
}

/// A moment such as `2023-11-16 18:17:03.9799600` (UTC) in milliseconds since 1970, cut to a whole one.
pub fn moment_ms(text: &str) -> Cell<u64> {
    let bad = || {
        CellError::new(
            Code::BadEncoding,
            format!("`{text}` is not a moment such as 2023-11-16 18:17:03.9799600"),
        )
    };
    let number = |part: &str, length: usize| {
        if part.len() == length {
            digits(part, "a part of a moment").map_err(|_| bad())
        } else {
            Err(bad())
        }
    };
    let (date, time) = text.split_once([' ', 'T']).ok_or_else(bad)?;
    let date: Vec<&str> = date.split('-').collect();
    let [year, month, day] = date[..] else {
        return Err(bad());
    };
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let clock: Vec<&str> = clock.split(':').collect();
    let [hour, minute, second] = clock[..] else {
        return Err(bad());
    };
    if fraction.is_empty() || fraction.len() > 9 {
        return Err(bad());
    }
    digits(fraction, "a part of a moment").map_err(|_| bad())?;
    let ms = number(&format!("{:0<3}", fraction.get(..3).unwrap_or(fraction)), 3)?;
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let (hour, minute, second) = (number(hour, 2)?, number(minute, 2)?, number(second, 2)?);
    let outside = |what: &str| CellError::new(Code::OutOfRange, format!("`{text}` has no such {what}"));
    if !(1970..=2999).contains(&year) {
        return Err(outside("year"));
    }
    if !(1..=12).contains(&month) {
        return Err(outside("month"));
    }
    if !(1..=days_in(year, month)).contains(&day) {
        return Err(outside("day"));
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(outside("time of day"));
    }
    Ok(days_since_1970(year, month, day) * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + ms)
}

const fn leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let leap_days = |year: u64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leap_days(year - 1) - leap_days(1969);
    let months: u64 = (1..month).map(|month| days_in(year, month)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_milliseconds() {
        assert_eq!(moment_ms("1970-01-01 00:00:00").unwrap(), 0);
        assert_eq!(moment_ms("2023-11-16 18:17:03.9799600").unwrap(), 1_700_158_623_979);
        assert_eq!(moment_ms("2024-02-29T23:59:59.9").unwrap(), 1_709_251_199_900);
        assert_eq!(moment_ms("2023-02-29 00:00:00").unwrap_err().code, Code::OutOfRange);
        assert_eq!(moment_ms("2023-11-16 24:00:00").unwrap_err().code, Code::OutOfRange);
        for bad in [
            "",
            "now",
            "2023-11-16",
            "2023-11-16 18:17",
            "2023-11-16 18:17:03.",
            "23-11-16 18:17:03",
        ] {
            assert_eq!(moment_ms(bad).unwrap_err().code, Code::BadEncoding, "{bad}");
        }
    }

    #[test]
    fn numbers_keep_their_codes() {
        assert_eq!(integer("17", 0, 20), Ok(17));
        for (text, code) in [
            ("", Code::BadEncoding),
            ("abc", Code::BadEncoding),
            ("1.5", Code::WrongType),
            ("1e3", Code::WrongType),
            ("-1", Code::OutOfRange),
            ("21", Code::OutOfRange),
            ("99999999999999999999999", Code::OutOfRange),
        ] {
            assert_eq!(integer(text, 0, 20).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn decimals_are_millionths() {
        assert_eq!(millionths("24110.8"), Ok(24_110_800_000));
        assert_eq!(millionths("7"), Ok(7_000_000));
        assert_eq!(millionths("0.12345678"), Ok(123_456));
        assert_eq!(millionths("1.").unwrap_err().code, Code::BadEncoding);
        assert_eq!(millionths(".5").unwrap_err().code, Code::BadEncoding);
    }
}
