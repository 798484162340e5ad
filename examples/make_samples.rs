//! Writes the captures of `samples/` that are made from a seed; the others there were recorded.
//!
//! ```text
//! cargo run --features testkit --example make_samples
//! ```

use std::path::Path;

use smpp_inspect::testkit::samples;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for sample in samples::all() {
        let folder = folder.join(sample.folder);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(sample.file), &sample.octets)?;
        println!("{}/{}: {} octets", sample.folder, sample.file, sample.octets.len());
    }
    Ok(())
}
