//! The binary: everything is in [`smpp_inspect::cli`].

fn main() -> std::process::ExitCode {
    smpp_inspect::cli::main()
}
