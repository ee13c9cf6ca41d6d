import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** All that is given out for the internet; the library calls what is next to it "unicast", too. */
const GLOBAL_IPV6 = ipaddr.parseCIDR("2000::/3");

/**
 * Whether an IP address is on the internet, and not of this machine, of a network like the one it runs in, or of a cloud that
 * tells whoever asks who it is. An IPv4 address inside of an IPv6 one counts as what it translates to, or as none.
 */
export function isPublicAddress(address: string): boolean {
  // Stricter than the library, which reads 1.2.3 as an address.
  if (isIP(address) === 0) return false;
  // An IPv4 address that is mapped comes out as what it is.
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  return parsed.kind() === "ipv4" || parsed.match(GLOBAL_IPV6);
}
