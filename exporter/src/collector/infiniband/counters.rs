//! The counters of a port: folder, file, family and meaning.
//!
//! Which there are depends on the driver; see the kernel's `Documentation/ABI/stable/sysfs-class-infiniband`.

pub(super) struct Counter {
    pub(super) file: &'static str,
    pub(super) name: &'static str,
    pub(super) help: &'static str,
}

impl Counter {
    /// How many units a count stands for: data is counted in words of 4 bytes, one for each lane.
    pub(super) fn factor(&self) -> u64 {
        if matches!(self.file, "port_rcv_data" | "port_xmit_data" | "port_rcv_data_64" | "port_xmit_data_64") {
            4
        } else {
            1
        }
    }
}

/// The counters of each of a port's folders.
#[rustfmt::skip]
pub(super) const FOLDERS: &[(&str, &[Counter])] = &[
    ("counters", &[
        Counter { file: "excessive_buffer_overrun_errors", name: "node_infiniband_excessive_buffer_overrun_errors_total", help: "Buffer overruns that lasted over several flow control periods." },
        Counter { file: "link_downed", name: "node_infiniband_link_downed_total", help: "Link errors that recovery could not mend: the link went down." },
        Counter { file: "link_error_recovery", name: "node_infiniband_link_error_recovery_total", help: "Link errors that recovery mended." },
        Counter { file: "local_link_integrity_errors", name: "node_infiniband_local_link_integrity_errors_total", help: "Times that local physical errors were more than the threshold allows." },
        Counter { file: "multicast_rcv_packets", name: "node_infiniband_multicast_packets_received_total", help: "Multicast packets received, with broken ones." },
        Counter { file: "multicast_xmit_packets", name: "node_infiniband_multicast_packets_transmitted_total", help: "Multicast packets sent, with broken ones." },
        Counter { file: "port_rcv_constraint_errors", name: "node_infiniband_port_constraint_errors_received_total", help: "Packets that the switch port received and dropped for a rule." },
        Counter { file: "port_xmit_constraint_errors", name: "node_infiniband_port_constraint_errors_transmitted_total", help: "Packets that the switch port did not send for a rule." },
        Counter { file: "port_rcv_data", name: "node_infiniband_port_data_received_bytes_total", help: "Bytes received on all lanes." },
        Counter { file: "port_xmit_data", name: "node_infiniband_port_data_transmitted_bytes_total", help: "Bytes sent on all lanes." },
        Counter { file: "port_rcv_discards", name: "node_infiniband_port_discards_received_total", help: "Packets dropped on receipt since the port was down or congested." },
        Counter { file: "port_xmit_discards", name: "node_infiniband_port_discards_transmitted_total", help: "Packets not sent since the port was down or congested." },
        Counter { file: "port_rcv_errors", name: "node_infiniband_port_errors_received_total", help: "Packets received with an error." },
        Counter { file: "port_rcv_packets", name: "node_infiniband_port_packets_received_total", help: "Packets received on all virtual lanes, with broken ones." },
        Counter { file: "port_xmit_packets", name: "node_infiniband_port_packets_transmitted_total", help: "Packets sent on all virtual lanes, with broken ones." },
        Counter { file: "port_xmit_wait", name: "node_infiniband_port_transmit_wait_total", help: "Ticks in which the port had data to send and sent none." },
        Counter { file: "unicast_rcv_packets", name: "node_infiniband_unicast_packets_received_total", help: "Unicast packets received, with broken ones." },
        Counter { file: "unicast_xmit_packets", name: "node_infiniband_unicast_packets_transmitted_total", help: "Unicast packets sent, with broken ones." },
        Counter { file: "port_rcv_remote_physical_errors", name: "node_infiniband_port_receive_remote_physical_errors_total", help: "Packets received that the far side had marked as bad." },
        Counter { file: "port_rcv_switch_relay_errors", name: "node_infiniband_port_receive_switch_relay_errors_total", help: "Packets received that the switch could not pass on." },
        Counter { file: "symbol_error", name: "node_infiniband_symbol_error_total", help: "Minor link errors on the lanes." },
        Counter { file: "VL15_dropped", name: "node_infiniband_vl15_dropped_total", help: "Management packets (virtual lane 15) dropped for lack of resources." },
    ]),
    ("counters_ext", &[
        Counter { file: "port_multicast_rcv_packets", name: "node_infiniband_legacy_multicast_packets_received_total", help: "Multicast packets received, as kernels before 4.5 count them." },
        Counter { file: "port_multicast_xmit_packets", name: "node_infiniband_legacy_multicast_packets_transmitted_total", help: "Multicast packets sent, as kernels before 4.5 count them." },
        Counter { file: "port_rcv_data_64", name: "node_infiniband_legacy_data_received_bytes_total", help: "Bytes received on all lanes, as kernels before 4.5 count them." },
        Counter { file: "port_rcv_packets_64", name: "node_infiniband_legacy_packets_received_total", help: "Packets received, as kernels before 4.5 count them." },
        Counter { file: "port_unicast_rcv_packets", name: "node_infiniband_legacy_unicast_packets_received_total", help: "Unicast packets received, as kernels before 4.5 count them." },
        Counter { file: "port_unicast_xmit_packets", name: "node_infiniband_legacy_unicast_packets_transmitted_total", help: "Unicast packets sent, as kernels before 4.5 count them." },
        Counter { file: "port_xmit_data_64", name: "node_infiniband_legacy_data_transmitted_bytes_total", help: "Bytes sent on all lanes, as kernels before 4.5 count them." },
        Counter { file: "port_xmit_packets_64", name: "node_infiniband_legacy_packets_transmitted_total", help: "Packets sent, as kernels before 4.5 count them." },
    ]),
    ("hw_counters", &[
        Counter { file: "duplicate_request", name: "node_infiniband_duplicate_requests_packets_total", help: "Requests received that had been carried out before." },
        Counter { file: "implied_nak_seq_err", name: "node_infiniband_implied_nak_seq_errors_total", help: "Acknowledgements with a sequence number above that of an RDMA read or response." },
        Counter { file: "local_ack_timeout_err", name: "node_infiniband_local_ack_timeout_errors_total", help: "Acknowledgement timers of queue pairs that ran out on the sender's side." },
        Counter { file: "np_cnp_sent", name: "node_infiniband_np_cnp_packets_sent_total", help: "Congestion notifications sent because of ECN marks." },
        Counter { file: "np_ecn_marked_roce_packets", name: "node_infiniband_np_ecn_marked_roce_packets_received_total", help: "RoCEv2 packets received with an ECN mark for congestion." },
        Counter { file: "out_of_buffer", name: "node_infiniband_out_of_buffer_drops_total", help: "Packets dropped because queue pairs had no receive buffers." },
        Counter { file: "out_of_sequence", name: "node_infiniband_out_of_sequence_packets_received_total", help: "Packets received out of sequence." },
        Counter { file: "packet_seq_err", name: "node_infiniband_packet_sequence_errors_total", help: "Sequence errors that the receiver reported." },
        Counter { file: "req_cqe_error", name: "node_infiniband_req_cqes_errors_total", help: "Completions with an error on the requester's side." },
        Counter { file: "req_cqe_flush_error", name: "node_infiniband_req_cqes_flush_errors_total", help: "Completions flushed with an error on the requester's side." },
        Counter { file: "req_remote_access_errors", name: "node_infiniband_req_remote_access_errors_total", help: "Remote access errors on the requester's side." },
        Counter { file: "req_remote_invalid_request", name: "node_infiniband_req_remote_invalid_request_errors_total", help: "Requests that the remote side called invalid." },
        Counter { file: "resp_cqe_error", name: "node_infiniband_resp_cqes_errors_total", help: "Completions with an error on the responder's side." },
        Counter { file: "resp_cqe_flush_error", name: "node_infiniband_resp_cqes_flush_errors_total", help: "Completions flushed with an error on the responder's side." },
        Counter { file: "resp_local_length_error", name: "node_infiniband_resp_local_length_errors_total", help: "Local length errors on the responder's side." },
        Counter { file: "resp_remote_access_errors", name: "node_infiniband_resp_remote_access_errors_total", help: "Remote access errors on the responder's side." },
        Counter { file: "rnr_nak_retry_err", name: "node_infiniband_rnr_nak_retry_packets_received_total", help: "Answers received that the receiver is not ready." },
        Counter { file: "roce_adp_retrans", name: "node_infiniband_roce_adp_retransmits_total", help: "Adaptive retransmissions of RoCE traffic." },
        Counter { file: "roce_adp_retrans_to", name: "node_infiniband_roce_adp_retransmits_timeout_total", help: "Timeouts of RoCE traffic due to adaptive retransmission." },
        Counter { file: "roce_slow_restart", name: "node_infiniband_roce_slow_restart_used_total", help: "Times that RoCE slow restart was used." },
        Counter { file: "roce_slow_restart_cnps", name: "node_infiniband_roce_slow_restart_cnps_total", help: "Congestion notifications that RoCE slow restart caused." },
        Counter { file: "roce_slow_restart_trans", name: "node_infiniband_roce_slow_restart_total", help: "Times that RoCE entered slow restart." },
        Counter { file: "rp_cnp_handled", name: "node_infiniband_rp_cnp_packets_handled_total", help: "Congestion notifications that slowed this adapter down." },
        Counter { file: "rp_cnp_ignored", name: "node_infiniband_rp_cnp_ignored_packets_received_total", help: "Congestion notifications received and ignored." },
        Counter { file: "rx_atomic_requests", name: "node_infiniband_rx_atomic_requests_total", help: "Atomic requests received." },
        Counter { file: "rx_dct_connect", name: "node_infiniband_rx_dct_connect_requests_total", help: "Requests received to connect to dynamically connected transports." },
        Counter { file: "rx_read_requests", name: "node_infiniband_rx_read_requests_total", help: "Read requests received." },
        Counter { file: "rx_write_requests", name: "node_infiniband_rx_write_requests_total", help: "Write requests received." },
        Counter { file: "rx_icrc_encapsulated", name: "node_infiniband_rx_icrc_encapsulated_errors_total", help: "RoCE packets received with a wrong invariant CRC." },
    ]),
];
