//! The counters of XFS that are shown, and where they stand: on the line that begins with a word, at a place after it.
//!
//! What they mean is told in <https://xfs.org/index.php/Runtime_Stats>.

pub(super) struct Counter {
    pub(super) line: &'static str,
    pub(super) place: usize,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
}

#[rustfmt::skip]
pub(super) const COUNTERS: [Counter; 39] = [
    Counter { line: "extent_alloc", place: 0, name: "node_xfs_extent_allocation_extents_allocated_total", help: "Extents allocated." },
    Counter { line: "extent_alloc", place: 1, name: "node_xfs_extent_allocation_blocks_allocated_total", help: "Blocks allocated." },
    Counter { line: "extent_alloc", place: 2, name: "node_xfs_extent_allocation_extents_freed_total", help: "Extents freed." },
    Counter { line: "extent_alloc", place: 3, name: "node_xfs_extent_allocation_blocks_freed_total", help: "Blocks freed." },
    Counter { line: "abt", place: 0, name: "node_xfs_allocation_btree_lookups_total", help: "Lookups in the B-tree of free space." },
    Counter { line: "abt", place: 1, name: "node_xfs_allocation_btree_compares_total", help: "Comparisons in the B-tree of free space." },
    Counter { line: "abt", place: 2, name: "node_xfs_allocation_btree_records_inserted_total", help: "Records inserted into the B-tree of free space." },
    Counter { line: "abt", place: 3, name: "node_xfs_allocation_btree_records_deleted_total", help: "Records deleted from the B-tree of free space." },
    Counter { line: "blk_map", place: 0, name: "node_xfs_block_mapping_reads_total", help: "Block mappings made for reading." },
    Counter { line: "blk_map", place: 1, name: "node_xfs_block_mapping_writes_total", help: "Block mappings made for writing." },
    Counter { line: "blk_map", place: 2, name: "node_xfs_block_mapping_unmaps_total", help: "Block mappings removed." },
    Counter { line: "blk_map", place: 3, name: "node_xfs_block_mapping_extent_list_insertions_total", help: "Extents inserted into lists of extents." },
    Counter { line: "blk_map", place: 4, name: "node_xfs_block_mapping_extent_list_deletions_total", help: "Extents deleted from lists of extents." },
    Counter { line: "blk_map", place: 5, name: "node_xfs_block_mapping_extent_list_lookups_total", help: "Lookups in lists of extents." },
    Counter { line: "blk_map", place: 6, name: "node_xfs_block_mapping_extent_list_compares_total", help: "Comparisons in lists of extents." },
    Counter { line: "bmbt", place: 0, name: "node_xfs_block_map_btree_lookups_total", help: "Lookups in the B-trees of block mappings." },
    Counter { line: "bmbt", place: 1, name: "node_xfs_block_map_btree_compares_total", help: "Comparisons in the B-trees of block mappings." },
    Counter { line: "bmbt", place: 2, name: "node_xfs_block_map_btree_records_inserted_total", help: "Records inserted into the B-trees of block mappings." },
    Counter { line: "bmbt", place: 3, name: "node_xfs_block_map_btree_records_deleted_total", help: "Records deleted from the B-trees of block mappings." },
    Counter { line: "dir", place: 0, name: "node_xfs_directory_operation_lookup_total", help: "Names looked up in directories." },
    Counter { line: "dir", place: 1, name: "node_xfs_directory_operation_create_total", help: "Directory entries created." },
    Counter { line: "dir", place: 2, name: "node_xfs_directory_operation_remove_total", help: "Directory entries removed." },
    Counter { line: "dir", place: 3, name: "node_xfs_directory_operation_getdents_total", help: "Times that directories were listed." },
    Counter { line: "ig", place: 0, name: "node_xfs_inode_operation_attempts_total", help: "Inodes looked for in the cache." },
    Counter { line: "ig", place: 1, name: "node_xfs_inode_operation_found_total", help: "Inodes found in the cache." },
    Counter { line: "ig", place: 2, name: "node_xfs_inode_operation_recycled_total", help: "Inodes found in the cache, but being recycled." },
    Counter { line: "ig", place: 3, name: "node_xfs_inode_operation_missed_total", help: "Inodes that were not in the cache." },
    Counter { line: "ig", place: 4, name: "node_xfs_inode_operation_duplicates_total", help: "Inodes read that another had put into the cache meanwhile." },
    Counter { line: "ig", place: 5, name: "node_xfs_inode_operation_reclaims_total", help: "Inodes recycled from the cache." },
    Counter { line: "ig", place: 6, name: "node_xfs_inode_operation_attribute_changes_total", help: "Changes of inode attributes." },
    Counter { line: "rw", place: 1, name: "node_xfs_read_calls_total", help: "Calls that read." },
    Counter { line: "rw", place: 0, name: "node_xfs_write_calls_total", help: "Calls that wrote." },
    Counter { line: "vnodes", place: 0, name: "node_xfs_vnode_active_total", help: "Vnodes not on free lists." },
    Counter { line: "vnodes", place: 1, name: "node_xfs_vnode_allocate_total", help: "Times that a vnode was allocated." },
    Counter { line: "vnodes", place: 2, name: "node_xfs_vnode_get_total", help: "Times that a vnode was asked for." },
    Counter { line: "vnodes", place: 3, name: "node_xfs_vnode_hold_total", help: "Times that a vnode was held." },
    Counter { line: "vnodes", place: 4, name: "node_xfs_vnode_release_total", help: "Times that a vnode was released." },
    Counter { line: "vnodes", place: 5, name: "node_xfs_vnode_reclaim_total", help: "Times that a vnode was reclaimed." },
    Counter { line: "vnodes", place: 6, name: "node_xfs_vnode_remove_total", help: "Times that a vnode was removed." },
];
