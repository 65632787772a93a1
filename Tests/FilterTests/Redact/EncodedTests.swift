// Keys that are encoded are redacted by the real binary so that what is left can still be decoded.

import Foundation
import TestSupport
import Testing

extension FilterTests {
  struct EncodedTests {
    private let folder = TestFolder()

    @Test func `encodings that usual tools make are redacted and can be decoded`() {
      folder.write("key", folder.text("{key}"))
      let forms = folder.sh(
        """
        key=$(cat key); start=${key:0:15}
        [ "$(printf %s "$key" | base64 -w0 | $HOPX redact | base64 -d)" = "$start..." ] && echo base64
        [ "$(printf %s "$key" | base64 | $HOPX redact | base64 -d)" = "$start..." ] && echo lines
        [ "$(echo "user:$key" | base64 -w0 | tr +/ -_ | $HOPX redact | tr -- -_ +/ | base64 -d)" = "user:$start..." ] \
        && echo url
        printf '{"k":"%s"}' "$key" | sed 's/_/\\\\u005f/g' | $HOPX redact | python3 -c 'import json, sys; \
        print(json.load(sys.stdin)["k"])' | grep -Fxq "$start..." && echo json
        [ "$(printf 'k=%s&b=1' "$key" | sed 's/_/%5F/g' | $HOPX redact | sed 's/%5F/_/g')" = "k=$start...&b=1" ] && \
        echo percent
        printf '%s\\r\\n' "$key" | iconv -t UTF-16 | $HOPX redact | iconv -f UTF-16 | tr -d '\\r' | grep -Fxq \
        "$start..." && echo utf-16
        grep --color=always 'hopx_live_' key | $HOPX redact | sed 's/\\x1b\\[[0-9;]*[mK]//g' | grep -Fxq "$start..." \
        && echo grep
        """)
      #expect(forms.text == "base64\nlines\nurl\njson\npercent\nutf-16\ngrep\n")
    }

    @Test func `every command has them and plain leaves them`() {
      folder.write("log", Array(Data(folder.text("a {key} b")).base64EncodedData()) + [10])
      let result = folder.sh(
        """
        $HOPX redact < log > out; $HOPX run -- cat log > run; cp log place; $HOPX redact --in-place place
        cmp out run && cmp out place && ! cmp -s out log && base64 -d out; echo
        for c in "redact --plain log" "run --plain -- cat log" "run --plain cat log"; do $HOPX $c | cmp - log && echo \
        same; done
        cp log place; $HOPX redact --plain --in-place place; cmp place log && echo same
        $HOPX redact --check log; echo $?; $HOPX redact --check --plain log; echo $?
        """)
      #expect(result.text.hasPrefix("a hopx_live_") && result.text.contains("... b\n"))
      #expect(result.text.hasSuffix("\nsame\nsame\nsame\nsame\nlog: 1 key\n1\n0\n"))
      #expect(folder.sh("$HOPX run --help; $HOPX redact --help").text.components(separatedBy: "--plain").count >= 3)
    }

    /// A reset and the text after it show at once, and so does a prompt in colour.
    @Test func `colours do not hold the stream`() {
      let process = LiveProcess([hopxguardPath, "redact"])
      process.send(Array("\u{1B}[1mpath".utf8))
      #expect(process.receive(8) == Array("\u{1B}[1mpath".utf8))
      process.send(Array("\u{1B}[0m$ ".utf8))
      #expect(process.receive(6) == Array("\u{1B}[0m$ ".utf8))
      let key = folder.text("{key}")
      process.send(key + Array("\u{1B}[0m$ ".utf8))
      #expect(process.receive(24) == key[..<15] + Array("...\u{1B}[0m$ ".utf8))
    }
  }
}
