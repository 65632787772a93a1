# The Homebrew formula; scripts/release fills it in. Homebrew compares the checksum before it unpacks anything.
class Hopxguard < Formula
  desc "Keeps Hopx API keys out of git, out of CI and out of logs"
  homepage "https://github.com/OWNER/hopxguard"
  version "@VERSION@"
  license "MIT"

@PLATFORMS@

  def install
    bin.install "bin/hopxguard"
    man1.install "share/man/man1/hopxguard.1"
    bash_completion.install "share/bash-completion/completions/hopxguard"
    zsh_completion.install "share/zsh/site-functions/_hopxguard"
    fish_completion.install "share/fish/vendor_completions.d/hopxguard.fish"
  end

  test do
    assert_match "hopxguard #{version}", shell_output("#{bin}/hopxguard --version")
  end
end
