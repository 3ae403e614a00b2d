/** What `sccache --help` prints. */
export const help = `Usage: sccache [OPTIONS] <--show-stats|--start-server|--stop-server|...|CMD...>

Arguments:
  [CMD]...  A compiler and its arguments, to be run through the cache

Options:
      --start-server              Start the background daemon
      --stop-server               Let it finish its compiles, then end it
  -s, --show-stats                Show cache statistics
      --show-adv-stats            Show cache statistics for each language and compiler
      --stats-format <FMT>        Format of statistics: text (default) or json
  -z, --zero-stats                Set the statistics to zero
      --dist-status               Show the status of distribution, as JSON
      --dist-auth                 Authenticate for distribution
      --package-toolchain <EXE> <OUT>
                                  Package a toolchain for distribution
      --debug-preprocessor-cache  Show the entries of direct mode
  -h, --help                      Print help
  -V, --version                   Print version

Under the name of a compiler, as a link in a folder of PATH, it is that compiler, cached.

Enabled features:
    disk cache: true
    redis: true
    s3: true
    webdav: true
    multilevel: true
    distribution: true
`;
