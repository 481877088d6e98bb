//! The whole exporter on recorded machines: each `trees/<name>.tree` is a machine's files, and beside it stands the
//! text that the exporter makes of them.
//!
//! A tree is one text file. Its head holds a `#` comment on where it comes from and the flags to start the exporter
//! with, one a line; then follow the files, each after a line `=== path`. `=== path -> target` is a symbolic link and
//! `=== path/` an empty folder. `proc`, `sys`, `root` and `udev` are the roots.

use std::path::Path;

use crate::support::{Exporter, tree, without_moving_values};

#[test]
fn every_recorded_machine_gives_the_recorded_text() {
    let trees = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees");
    let mut beside = insta::Settings::clone_current();
    beside.set_snapshot_path(&trees);
    beside.set_prepend_module_to_snapshot(false);
    beside.set_omit_expression(true);
    let mut paths: Vec<_> = trees.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "tree"));
    paths.sort();
    for path in paths {
        let tree = tree::unpack(&std::fs::read_to_string(&path).unwrap());
        let text = without_moving_values(&Exporter::on_tree(&tree).metrics());
        // Some labels are paths, and the tree is elsewhere each time.
        let text = text.replace(&tree.folder.path().display().to_string(), "/tree");
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        beside.bind(|| insta::assert_snapshot!(name, text));
    }
}
