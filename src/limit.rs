//! Every bound of the program, with its unit and its reason.
//!
//! A bound is there so that no description and no request, however hostile, can take more than its share.

use std::time::Duration;

/// Bytes of one description file. The largest public one (Microsoft Graph) has 37 MB as YAML.
pub const DOCUMENT_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Bytes of all files of one description together.
pub const DESCRIPTION_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Files that one description may consist of. The largest public tree (DigitalOcean) has about 2,000.
pub const DESCRIPTION_FILES_MAX: usize = 20_000;
/// Levels of nesting in a description. Real ones stay below 60; recursion over them must not exhaust a stack.
pub const DOCUMENT_DEPTH_MAX: usize = 255;
/// Bytes that YAML aliases may add to a document: a bomb is refused, honest re-use is not.
pub const ALIAS_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes that YAML aliases may add to one body: a few hundred bytes must not cost what a whole description may.
pub const ALIAS_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Steps from one `$ref` to the next before a chain counts as endless.
pub const REF_CHAIN_MAX: usize = 64;
/// Operations, parameters, answers, media types and examples of one API with all references followed. Microsoft Graph
/// has about 250,000; beyond it a small document that refers to the same parts over and over would fill the memory.
pub const API_PARTS_MAX: usize = 1_000_000;
/// Values that one `JSONPath` of an overlay may look at: `..` over the largest description looks at 2 million.
pub const OVERLAY_STEPS_MAX: usize = 5_000_000;
/// Values that one overlay may add: `copy` could double a description again and again.
pub const OVERLAY_NODES_MAX: usize = 1_000_000;
/// Findings kept for one description; the rest are counted only.
pub const FINDINGS_MAX: usize = 2_000;
/// Segments of one path template: routing recurses over them. Real ones have at most about 20.
pub const PATH_SEGMENTS_MAX: usize = 256;
/// Schemas that one validator may reach; above it the check is dropped and reported.
pub const SCHEMA_REACH_MAX: usize = 20_000;
/// Definitions that may apply to the same value, each by way of the last; judging a value recurses through them.
pub const SCHEMA_CHAIN_MAX: usize = 100;
/// Ways in which `unevaluatedProperties` may see definitions through others; each is compiled by itself.
pub const SCHEMA_WAYS_MAX: usize = 10_000;
/// Nesting levels of a JSON body. `serde_json` stops there, and so do most servers.
pub const BODY_DEPTH_MAX: usize = 128;
/// Bytes of one request body, unless `--body-max` says otherwise.
pub const BODY_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Bytes of all request bodies that are being read or answered at once, or one body if `--body-max` allows a larger one:
/// beyond it a client is told to come back.
pub const BODIES_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Bytes of the request line and the header fields of one request together.
pub const HEADER_BYTES_MAX: usize = 64 * 1024;
/// Header lines of one request.
pub const HEADER_COUNT_MAX: usize = 256;
/// Bytes of the parameters of one request to an authorization server: as many as fit into a query.
pub const OAUTH_FORM_BYTES_MAX: usize = HEADER_BYTES_MAX;
/// Parts of one multipart body.
pub const MULTIPART_PARTS_MAX: usize = 1_000;
/// Name-value pairs of one form or query.
pub const FORM_PAIRS_MAX: usize = 10_000;
/// Levels of nesting of one `deepObject` parameter or bracketed form field.
pub const PARAMETER_LEVELS_MAX: usize = 32;
/// Characters of an opaque token: more than any server issues.
pub const TOKEN_LENGTH_MAX: usize = 4_096;
/// Items generated for one array: above it generation is refused.
pub const GENERATED_ITEMS_MAX: usize = 1_000;
/// Values generated for one answer: a diamond of references cannot fan out beyond it.
pub const GENERATED_NODES_MAX: usize = 20_000;
/// Steps that a pattern with look-around or back-references may take on one string.
pub const PATTERN_STEPS_MAX: usize = 10_000;
/// Answers kept ready for one operation: real ones have at most some dozens of examples.
pub const ANSWERS_KEPT_MAX: usize = 64;
/// Definitions that are asked to judge one value, at the least: about a tenth of a second. A schema whose choices lead to
/// the same definitions over and over would have no end.
pub const JUDGED_STEPS_MAX: usize = 1_000_000;
/// Definitions that are asked besides for each value in a value that is large: a choice of so many branches fits in.
pub const JUDGED_STEPS_PER_VALUE: usize = 32;
/// Levels of a value whose faults are explained branch by branch: each level multiplies the branches.
pub const EXPLAINED_LEVELS_MAX: usize = 6;
/// Values in a value whose faults are explained branch by branch.
pub const EXPLAINED_VALUES_MAX: usize = 10_000;
/// Subschemas of the definitions that are asked to explain the faults of one value branch by branch: each may make an
/// error of some hundred bytes.
pub const EXPLAINED_STEPS_MAX: usize = 300_000;
/// Definitions that a schema may reach whose faults are explained branch by branch: it is compiled once more for that.
pub const EXPLAINED_REACH_MAX: usize = 500;
/// Bytes of stack kept free below a schema, and added where they are not: inline levels of one definition fit in.
pub const STACK_FREE_BYTES: usize = 512 * 1024;
/// Characters of the name of a session.
pub const SESSION_NAME_MAX: usize = 128;
/// Sessions of one server. Each begins with less than a kilobyte.
pub const SESSIONS_MAX: usize = 10_000;
/// Time after which a session that was not used is dropped.
pub const SESSION_IDLE: Duration = Duration::from_hours(1);
/// Time between two looks for sessions that are not used any more.
pub const SESSION_SWEEP: Duration = Duration::from_mins(1);
/// Tokens remembered for one session: beyond it the oldest are forgotten.
pub const TOKENS_MAX: usize = 10_000;
/// Steps that the templates of one answer may take together.
pub const TEMPLATE_STEPS_MAX: u64 = 100_000;
/// Bytes that the templates of one answer may yield together.
pub const TEMPLATE_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one template.
pub const TEMPLATE_SOURCE_MAX: usize = 64 * 1024;
/// Levels of nesting of the loops of one template.
pub const TEMPLATE_LEVELS_MAX: usize = 16;
/// Time for which a scenario may hold an answer back: longer than any client waits.
pub const DELAY_MAX: Duration = Duration::from_mins(10);
/// Bytes of one `mimeo.yaml`.
pub const CONFIG_BYTES_MAX: usize = 1024 * 1024;
/// Bytes of one scenario file.
pub const SCENARIO_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Records in the journal of one session: beyond it the oldest are forgotten.
pub const JOURNAL_RECORDS_MAX: usize = 1_000;
/// Bytes of the journal of one session.
pub const JOURNAL_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of the journals of all sessions, above which each session keeps only [`JOURNAL_BYTES_LOW`] of its own.
pub const JOURNALS_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Bytes of the journal of one session where there are too many of them.
pub const JOURNAL_BYTES_LOW: usize = 16 * 1024;
/// Bytes of a body that the journal keeps.
pub const JOURNAL_BODY_BYTES_MAX: usize = 16 * 1024;
/// Bytes of the file of one snapshot: more than anybody reviews.
pub const SNAPSHOT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Exchanges of one snapshot, over all sessions: the journals of ten sessions that are full. What comes after is left
/// out, which the snapshot says.
pub const SNAPSHOT_EXCHANGES_MAX: usize = 10_000;
/// Bytes of one text in a snapshot: a longer one is shown by its length and its hash.
pub const SNAPSHOT_TEXT_BYTES_MAX: usize = 1_000;
/// Values of one body in a snapshot: a larger one is shown by its length and its hash.
pub const SNAPSHOT_BODY_VALUES_MAX: usize = 2_000;
/// Values that the answers of one session gave and that are looked for in its later requests.
pub const SNAPSHOT_LINKS_MAX: usize = 20_000;
/// Differences between two snapshots that are told one by one.
pub const SNAPSHOT_DIFFERENCES_MAX: usize = 1_000;
/// Exchanges of one `mimeo run`, in all sessions: any more would make a snapshot that nobody reviews.
pub const RUN_RECORDS_MAX: usize = 100_000;
/// Bytes of the exchanges of one `mimeo run`.
pub const RUN_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Time that requests in flight have to finish once the command of `mimeo run` has ended: nobody waits for them.
pub const RUN_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);
/// Bytes of one frame of a journal's file. A record has about a kilobyte; two bodies, the header fields and hundreds of
/// findings fit in.
pub const JOURNAL_FRAME_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of the findings of one record of a journal's file: those beyond it are left out.
pub const JOURNAL_FINDINGS_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of a journal's file, unless `--journal-max` says otherwise: a million records fit in. One older file is kept
/// beside it.
pub const JOURNAL_FILE_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Bytes that a journal's file may have at the least: some records fit in even if they are large.
pub const JOURNAL_FILE_BYTES_MIN: u64 = 64 * 1024;
/// Time that a write to a journal's file takes on a disk that is slow: from then on no thread that answers requests
/// waits for it.
pub const JOURNAL_SLOW_WRITE: Duration = Duration::from_millis(5);
/// Time after the last slow write for which a disk counts as slow.
pub const JOURNAL_SLOW_FOR: Duration = Duration::from_mins(1);
/// Time between two tries to write to a journal's file that could not be written to.
pub const JOURNAL_RETRY: Duration = Duration::from_secs(1);
/// Items of one page of a list of the admin API.
pub const PAGE_ITEMS_MAX: usize = 1_000;
/// Items of one page of a list of the admin API, unless it is asked for another number.
pub const PAGE_ITEMS: usize = 100;
/// Bytes of a body that is sent to the admin API: a whole scenario fits in.
pub const ADMIN_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Time that the admin API waits for requests at most. Many clients give up after one or two minutes.
pub const WAIT_MAX: Duration = Duration::from_mins(1);
/// Time that the admin API waits for requests, unless it is told.
pub const WAIT: Duration = Duration::from_secs(10);
/// Operations that the metrics tell apart: requests of any more are counted together.
pub const METRICS_OPERATIONS_MAX: usize = 5_000;
/// Time for a client to send its request headers.
pub const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Time for a client to send its request body.
pub const BODY_READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Time in which a client must take [`WRITE_BYTES_MIN`] of an answer that is being sent, or what is left of it.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer that a client must take in each [`WRITE_TIMEOUT`]: about 2 kB a second, a third of what a modem of
/// 56k did. Who takes a byte now and then is as good as gone.
pub const WRITE_BYTES_MIN: usize = 64 * 1024;
/// Bytes of answers that the system keeps for one connection: a crowd of slow readers must not fill its memory, and it
/// only says that a client has read when a good part of this is free again.
pub const SEND_BUFFER_BYTES: usize = 64 * 1024;
/// Time to take in the rest of a body that is too large: a client that is still sending when the connection is closed
/// never sees why.
pub const LINGER_TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes taken in of the rest of a body that is too large.
pub const LINGER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Time between the last connection that is accepted and the stop of those that ask for nothing: what a client sent
/// before the stop has then been read.
pub const STOP_GRACE: Duration = Duration::from_millis(50);
/// Time to wait before the next try when no connection can be accepted, for want of file descriptors.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Time that requests in flight have to finish once the server is told to stop.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// Time to connect to the upstream of a proxy.
pub const UPSTREAM_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Time for the upstream of a proxy to answer whole. Most servers and browsers give up after one or two minutes.
pub const UPSTREAM_TIMEOUT: Duration = Duration::from_mins(1);
/// Time for which an unused connection to an upstream is kept. Node closes its own after 5 s, many others later: who
/// closes first never sends into a connection that is being closed.
pub const UPSTREAM_IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// Connections served at once.
pub const CONNECTIONS_MAX: usize = 20_000;
/// Connections that wait to be accepted, as far as the system allows; the next one is put off by a second.
pub const CONNECTIONS_WAITING_MAX: i32 = 4_096;
/// File descriptors that the process asks for: one for each connection, and some for files.
pub const DESCRIPTORS_WANTED: u64 = CONNECTIONS_MAX as u64 + 1_000;
/// Bytes of one compiled pattern. `^.{1,2000}$` takes about 1 MB.
pub const PATTERN_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of the message of one finding, and of its help: what a description or a request writes is quoted in them.
pub const MESSAGE_BYTES_MAX: usize = 2_000;
/// Violations shown for one value; a body of ten thousand wrong items says it in a hundred.
pub const VIOLATIONS_MAX: usize = 100;
