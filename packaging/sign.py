"""Signs a Windows program in its place with a certificate from a PKCS#12 file.

    SIGN="python packaging/sign.py release.p12 password.txt http://timestamp.example" make installer

The password lies in a file, since other users of a computer see programs' arguments. Without the
address of a timestamp server the signature ends with the certificate.
"""

import subprocess
import sys
from pathlib import Path


def main(certificate: str, password_file: str, *rest: str) -> None:
    *timestamp, name = rest
    program = Path(name)
    signed = program.with_name(f"{program.name}.signed")
    subprocess.run(
        [
            *("osslsigncode", "sign", "-pkcs12", certificate, "-readpass", password_file),
            *("-h", "sha256", "-n", "Desktop Migrator"),
            *(option for address in timestamp for option in ("-ts", address)),
            *("-in", program, "-out", signed),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    signed.replace(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
