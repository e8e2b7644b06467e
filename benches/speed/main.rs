//! How long each [`works`] takes.
//!
//! ```text
//! cargo bench                                  # all of them
//! cargo bench -- handle                        # those whose name holds `handle`
//! cargo bench -- --save-baseline before        # and later: --baseline before
//! ```
#![expect(clippy::expect_used, reason = "a program that cannot go on should stop")]

mod works;

use criterion::Criterion;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for name in works::NAMES {
        // Made only if it is asked for, and then once: the closure runs for each sample.
        let mut work = None;
        criterion.bench_function(name, |bencher| {
            let work = work.get_or_insert_with(|| works::named(name).expect("each name has its work"));
            bencher.iter(work);
        });
    }
    criterion.final_summary();
}
