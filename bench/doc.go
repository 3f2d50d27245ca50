// Package bench measures kernels and backends, side by side with whatever else decides the same jobs. A [Config] says what,
// [Run] measures, a [Result] goes to JSON (see SCHEMA.md), Markdown and one HTML page. Commands sluice bench and bench-peers
// bind flags to it; peers of other authors live in the module bench/peers and come in as [Contender] values.
//
// # How it is measured
//
// All contenders of a row decide the same jobs in one process and take turns, A B C A B C …, so that a machine that slows
// down slows them all. Before the first turn each decides every job once; verdicts and outputs of all must agree, else Run
// fails. Then each is warmed until its turns are long enough. A turn gives the time of a job; a row has the median of its
// turns, and the spread, (longest - shortest) / median. Ratios and scaling are medians over turns of the same round.
//
// Jobs come from package sample, each signed by another key. A batch of n jobs is the next n of a set of at least 256, so
// that a small batch does not meet the same bytes every time. A kernel that remembers keys from batch to batch is measured
// with a set of more keys than it remembers, and beside that with few. With T threads each has jobs of its own, on an
// operating system thread of its own; rates are added up.
//
// What is inside the timing: everything that a verifier does with the bytes of a job's row, such as parsing keys and
// points. What is not: making the batch.
package bench
