//! `aicf completions`, `aicf man`: what shells and manuals need, made from the commands themselves.

use super::Cli;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use std::io::Write as _;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  aicf completions bash > /etc/bash_completion.d/aicf")]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aicf man | man -l -\n  aicf man --folder /usr/local/share/man/man1")]
pub struct Man {
    /// Write a page for every command into this folder instead
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub fn completions(args: &Completions) -> anyhow::Result<()> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "aicf", &mut text);
    std::io::stdout().lock().write_all(&text)?;
    Ok(())
}

pub fn man(args: &Man) -> anyhow::Result<()> {
    match &args.folder {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            clap_mangen::generate_to(Cli::command(), folder)?;
        }
        None => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut text)?;
            std::io::stdout().lock().write_all(&text)?;
        }
    }
    Ok(())
}
