//! Settlement: sheets of whole epochs, what must hold for each, and the two forms it travels in.

mod formats;
mod holds;
mod rules;
mod sheet;

use sheet::check;

#[test]
fn within_the_budget_everybody_is_paid() {
    check(
        "budget 1000000, ai 80/15/5, quantum 70/25/5",
        "claim kind    provider miner gross  | payable provider miner treasury penalty net
         a     ai      p1       m1    100000 | 100000  80000    15000 5000     0       80000
         b     quantum p2       m1    100000 | 100000  70000    25000 5000     0       70000
         c     ai      p1       m2    7      | 7       5        1     1        0       5
         d     ai      p1       m2    0      | 0       0        0     0        0       0",
        "dust 0, deferred 0, penalties 0, debts 0, carry_next 0",
    );
}

#[test]
fn over_the_budget_everybody_is_scaled_and_dust_is_left() {
    check(
        "budget 1000, ai 80/15/5, quantum 70/25/5",
        "claim kind    provider miner gross | payable provider miner treasury penalty net
         a     ai      p1       m1    1000  | 333     266      49    18       0       266
         b     ai      p2       m1    1000  | 333     266      49    18       0       266
         c     quantum p3       m2    1000  | 333     233      83    17       0       233",
        "dust 1, deferred 0, penalties 0, debts 0, carry_next 0",
    );
}

#[test]
fn the_budget_scales_what_the_sub_caps_left() {
    // ai: 3000 over 1000 gives 333 each, 999; with quantum 1599 over 800 gives 166, 166, 166, 300.
    check(
        "budget 800, cap ai 1000, ai 100/0/0, quantum 100/0/0",
        "claim kind    provider miner gross | payable provider miner treasury penalty net
         a     ai      p1       m1    1000  | 166     166      0     0        0       166
         b     ai      p1       m1    1000  | 166     166      0     0        0       166
         c     ai      p1       m1    1000  | 166     166      0     0        0       166
         d     quantum p1       m1    600   | 300     300      0     0        0       300",
        "dust 2, deferred 0, penalties 0, debts 0, carry_next 0",
    );
    // What the sub-cap cuts is gone; what its flooring left over is dust; the rest may be carried.
    check(
        "budget 5000, cap ai 1000, rollover 50, max_carry 9999, ai 100/0/0, quantum 100/0/0",
        "claim kind    provider miner gross | payable provider miner treasury penalty net
         a     ai      p1       m1    1000  | 333     333      0     0        0       333
         b     ai      p1       m1    1000  | 333     333      0     0        0       333
         c     ai      p1       m1    1000  | 333     333      0     0        0       333
         d     quantum p1       m1    600   | 600     600      0     0        0       600",
        "dust 1, deferred 0, penalties 0, debts 0, carry_next 1700",
    );
}

#[test]
fn what_is_deferred_waits_its_turn() {
    check(
        "budget 1500, defer, ai 100/0/0, quantum 100/0/0",
        "claim kind    provider miner gross height since | payable provider miner treasury penalty net  owed
         a     ai      p1       m1    900   103    -     | 0       0        0     0        0       0    900
         b     ai      p1       m1    900   101    -     | 200     200      0     0        0       200  700
         c     quantum p1       m1    600   999    5     | 600     600      0     0        0       600  -
         d     quantum p1       m1    700   1      6     | 700     700      0     0        0       700  -
         e     ai      p1       m1    0     103    -     | 0       0        0     0        0       0    -",
        "dust 0, deferred 1600, penalties 0, debts 0, carry_next 0",
    );
    // A sub-cap makes its own kind wait; the other is paid past it.
    check(
        "budget 1500, cap ai 500, defer, ai 100/0/0, quantum 100/0/0",
        "claim kind    provider miner gross height since | payable provider miner treasury penalty net  owed
         a     ai      p1       m1    400   101    -     | 400     400      0     0        0       400  -
         b     ai      p1       m1    400   102    -     | 100     100      0     0        0       100  300
         c     ai      p1       m1    400   103    -     | 0       0        0     0        0       0    400
         d     quantum p1       m1    1100  103    -     | 1000    1000     0     0        0       1000 100",
        "dust 0, deferred 800, penalties 0, debts 0, carry_next 0",
    );
}

#[test]
fn the_carry_is_a_part_of_what_was_not_spent_up_to_a_bound() {
    for (terms, carry_next) in [
        ("budget 1000, carry 500, rollover 50, max_carry 10000", 700),
        ("budget 1000, carry 500, rollover 50, max_carry 600", 600),
        ("budget 1000, carry 500, rollover 0, max_carry 600", 0),
        ("budget 0, carry 500, rollover 100, max_carry 600", 400),
        ("budget 99, carry 0, rollover 100, max_carry 600", 0),
    ] {
        check(
            &format!("{terms}, ai 100/0/0"),
            "claim kind provider miner gross | net
             a     ai   p1       m1    100   | *",
            &format!("carry_next {carry_next}"),
        );
    }
}

#[test]
fn penalties_eat_shares_then_stake_then_become_debt() {
    // One provider: the larger of two for the same reason counts, and reasons add up.
    for (terms, penalty, stake_pays, debt) in [
        ("slash p1 qos 50", 50, 0, 0),
        ("slash p1 qos 50, slash p1 qos 30", 50, 0, 0),
        ("slash p1 qos 30, slash p1 qos 50, slash p1 replay 20", 70, 0, 0),
        ("slash p1 qos 80", 80, 0, 0),
        ("slash p1 qos 100, stake p1 20", 80, 20, 0),
        ("slash p1 qos 100, stake p1 19", 80, 19, 1),
        ("slash p1 qos 100", 80, 0, 20),
        ("slash p2 qos 100, stake p2 60", 0, 60, 40),
        ("slash p1 qos 0", 0, 0, 0),
    ] {
        check(
            &format!("budget 1000, ai 80/15/5, {terms}"),
            &format!(
                "claim kind provider miner gross | payable provider miner treasury penalty   net
                 a     ai   p1       m1    100   | 100     80       15    5        {penalty} {}",
                80 - penalty
            ),
            &format!("penalties {}, debts {debt}", penalty + stake_pays),
        );
    }
}

#[test]
fn amounts_reach_their_largest() {
    let most = u128::MAX;
    // 2 (2^128 - 1) are due: more than an amount holds, but each part of it fits.
    check(
        &format!("budget {most}, ai 100/0/0, slash p1 qos {most}, slash p1 replay {most}, stake p1 {most}"),
        "claim kind provider miner gross | payable provider miner treasury penalty net",
        &format!("penalties {most}, debts {most}"),
    );
    let half = most / 2;
    check(
        &format!("budget {half}, ai 100/0/0"),
        &format!(
            "claim kind provider miner gross    | payable provider miner treasury penalty net
             a     ai   p1       m1    {most}   | {half}  {half}   0     0        0       {half}"
        ),
        "dust 0",
    );
    // Collected from shares and from stake: together above an amount.
    check(
        &format!("budget 10, ai 100/0/0, slash p1 qos {most}, slash p1 replay {most}, stake p1 {most}"),
        "claim kind provider miner gross | net
         a     ai   p1       m1    10    | *",
        "overflow",
    );
    check(
        "budget 1, ai 100/0/0",
        &format!(
            "claim kind provider miner gross  | net
             a     ai   p1       m1    {most} | *
             b     ai   p1       m1    1      | *"
        ),
        "overflow",
    );
}
