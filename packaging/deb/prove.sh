#!/bin/sh
# The package in a Debian 12 that has nothing else: installed, started, one enrollment, removed, nothing left.
#
#     packaging/deb/prove.sh muster_0.1.0_amd64.deb [FOLDER] > proof.log
#
# Needs root, debootstrap and a Debian mirror ($MIRROR). FOLDER, where the clean Debian is made, is removed at the end
# unless it was named. Exit status: 0 when all of it went well; the log says what did not.
set -eu
package=$(readlink -f "$1")
mirror=${MIRROR:-http://deb.debian.org/debian}
root=${2:-$(mktemp -d)}
[ -n "${2:-}" ] || chmod 755 "$root"  # it is everybody's / inside
say() { printf '\n== %s\n' "$*"; }
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
officer() { inside su officer -c "cd && QT_QPA_PLATFORM=offscreen $*"; }
leave() {
    umount "$root/dev/shm" "$root/proc" 2> /dev/null || true
    [ -n "${2:-}" ] || rm -rf "$root"
}
# Everything but what dpkg, apt and ldconfig keep for themselves, the fonts' cache, and people's own files.
files() {
    find "$root" -xdev \( -path "$root/proc" -o -path "$root/home" -o -path "$root/var/lib/dpkg" \
        -o -path "$root/var/lib/apt" -o -path "$root/var/cache" -o -path "$root/var/log" -o -path "$root/tmp" \
        -o -path "$root/root" \) -prune -o -print | sed "s#^$root##" | sort
}

say "a clean Debian 12 in $root"
[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase bookworm "$root" "$mirror" > "$root.debootstrap" 2>&1
cp /etc/resolv.conf /etc/hosts "$root/etc/" 2> /dev/null || true
cat "$root/etc/debian_version"
mount -t proc proc "$root/proc"
mkdir -p "$root/dev/shm"
mount -t tmpfs tmpfs "$root/dev/shm"
trap 'leave "$@"' EXIT
inside apt-get update -qq
inside id officer > /dev/null 2>&1 || inside useradd --create-home officer
files > "$root.before"

say "what it says of itself"
dpkg-deb --field "$package"

say "installed, without what is only recommended"
cp "$package" "$root/tmp/muster.deb"
begun=$(date +%s)
inside apt-get install -y -qq --no-install-recommends /tmp/muster.deb 2>&1 | tail -n 8
echo "after $(($(date +%s) - begun)) s"
inside dpkg -s muster | grep -E '^(Status|Version|Installed-Size)'
du -sh "$root/usr/lib/muster"

say "dpkg -V: every file is as it was packed"
changed=$(inside dpkg -V muster || true)
echo "${changed:-nothing to report}"

say "started by an officer"
officer muster --version
officer muster update --help | head -n 3
officer muster devices list

say "one enrollment, from the first question to the receipt"
begun=$(date +%s)
officer muster demo
echo "after $(($(date +%s) - begun)) s"

say "the window opens and stays open"
officer "timeout --preserve-status -s KILL 20 muster --demo" > "$root.window" 2>&1 && status=0 || status=$?
cat "$root.window"
[ "$status" -eq 137 ] && echo "still open after 20 s"

say "what is there for the desktop"
for file in usr/share/applications/org.muster.Muster.desktop usr/share/man/man1/muster.1.gz \
    usr/share/icons/hicolor/scalable/apps/muster.svg usr/lib/systemd/user/muster-sync.timer \
    lib/udev/rules.d/70-muster-fingerprint.rules usr/share/metainfo/org.muster.Muster.metainfo.xml; do
    ls -l "$root/$file" | sed "s#$root##"
done

say "removed, with what came for it"
inside apt-get purge -y -qq --autoremove muster 2>&1 | tail -n 3
inside dpkg -s muster 2>&1 | head -n 1

say "what is left that was not there before"
files > "$root.after"
left=$(comm -13 "$root.before" "$root.after")
echo "${left:-nothing}"
ours=$(find "$root" -xdev -path "$root/home" -prune -o -iname '*muster*' -print | sed "s#^$root##" | grep -v '^/tmp/' || true)
say "what is left of ours"
echo "${ours:-nothing}"
rm -f "$root.before" "$root.after" "$root.window" "$root.debootstrap"
[ -z "$ours$left$changed" ] && [ "$status" -eq 137 ]
