//! Looking at the snapshots that wait, one by one, in the terminal.

use std::{
    io::{self, BufRead, IsTerminal},
    path::{Path, PathBuf},
};

use anyhow::bail;

use super::files::{Fault, read, take, throw_away};
use crate::{
    cli::{Ending, screen::Screen},
    report::{self, Colour},
    snapshot::{Snapshot, compare},
};

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Accept,
    Reject,
    Skip,
    Toggle,
    Quit,
}

const HELP: &str = "  a accept    the new behaviour is right: it takes the place of the old\n  \
                    r reject    it is wrong: throw it away\n  \
                    s skip      decide later\n  \
                    d           show it in words, or line by line\n  \
                    q quit      leave the rest as it is\n";

/// Shows one after the other, and does what is answered.
pub(super) fn review(waiting: &[(PathBuf, PathBuf)], screen: Screen) -> anyhow::Result<Ending> {
    if waiting.is_empty() {
        screen.out("no snapshot waits for a review\n");
        return Ok(Ending::Done);
    }
    if !io::stdin().is_terminal() || !screen.is_terminal() {
        let names: Vec<String> = waiting.iter().map(|(path, _)| path.display().to_string()).collect();
        bail!(
            "a review needs a terminal; {} {}: `mimeo snapshot accept` or `reject` does it without one",
            if names.len() == 1 { "there waits" } else { "there wait" },
            names.join(", ")
        );
    }
    let counts = ask(waiting, &mut io::stdin().lock(), screen)?;
    screen.out(&format!(
        "\n{} accepted, {} rejected, {} left\n",
        counts[0],
        counts[1],
        waiting.len() - counts[0] - counts[1]
    ));
    Ok(Ending::Done)
}

/// How many were accepted and rejected.
fn ask(waiting: &[(PathBuf, PathBuf)], input: &mut impl BufRead, screen: Screen) -> anyhow::Result<[usize; 2]> {
    let mut counts = [0, 0];
    for (number, (path, pending)) in waiting.iter().enumerate() {
        let mut in_lines = false;
        loop {
            let title = format!("{} ({} of {})", path.display(), number + 1, waiting.len());
            screen.out(&format!("\n{}\n\n", bold(&title, screen.colour())));
            screen.out(&shown(path, pending, in_lines, screen.colour()));
            match choice(input, in_lines, screen)? {
                Choice::Accept => {
                    counts[0] += usize::from(take(path, pending, false, screen)?);
                    break;
                }
                Choice::Reject => {
                    throw_away(pending)?;
                    counts[1] += 1;
                    break;
                }
                Choice::Skip => break,
                Choice::Toggle => in_lines = !in_lines,
                Choice::Quit => return Ok(counts),
            }
        }
    }
    Ok(counts)
}

/// Asks until an answer makes sense. The end of the input ends the review.
fn choice(input: &mut impl BufRead, in_lines: bool, screen: Screen) -> io::Result<Choice> {
    let other = if in_lines { "in words" } else { "line by line" };
    loop {
        screen.out(&format!("\n[a]ccept, [r]eject, [s]kip, [d] {other}, [q]uit, [?] "));
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Ok(Choice::Quit);
        }
        match line.trim().to_lowercase().as_str() {
            "a" | "accept" => return Ok(Choice::Accept),
            "r" | "reject" => return Ok(Choice::Reject),
            "s" | "skip" => return Ok(Choice::Skip),
            "d" => return Ok(Choice::Toggle),
            "q" | "quit" => return Ok(Choice::Quit),
            _ => screen.out(HELP),
        }
    }
}

/// What differs, in words or line by line; the whole, where there is no old one.
fn shown(path: &Path, pending: &Path, in_lines: bool, colour: Colour) -> String {
    let new = match read(pending) {
        Ok(new) => new,
        Err(fault) => return fault.text(colour),
    };
    let old = if path.is_file() { Some(read(path)) } else { None };
    let name = |path: &Path| path.display().to_string();
    match (old, in_lines) {
        (None, false) => format!("There was none before.\n\n{}", report::snapshot(&new.0, colour)),
        (None, true) => report::unified((&name(path), ""), (&name(pending), &new.1), colour),
        (Some(Ok(old)), true) => report::unified((&name(path), &old.1), (&name(pending), &new.1), colour),
        (Some(Ok(old)), false) => words(&old.0, &new.0, colour),
        (Some(Err(fault)), _) => damaged(&fault, &new.0, colour),
    }
}

fn words(old: &Snapshot, new: &Snapshot, colour: Colour) -> String {
    let comparison = compare(old, new);
    let text = report::comparison(&comparison, colour);
    format!("{text}\n{}\n", report::comparison_summary(&comparison))
}

fn damaged(fault: &Fault, new: &Snapshot, colour: Colour) -> String {
    format!("{}The stored one does not read. The new one:\n\n{}", fault.text(colour), report::snapshot(new, colour))
}

fn bold(text: &str, colour: Colour) -> String {
    match colour {
        Colour::Ansi => format!("\u{1b}[1m{text}\u{1b}[0m"),
        Colour::Plain => text.to_owned(),
    }
}
