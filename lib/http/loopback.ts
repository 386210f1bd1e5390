/** Whether a host, with its port, is this machine (RFC 6761, section 6.3, and the addresses of the loopback). */
export function isLoopback(host: string): boolean {
  return /^(localhost|[a-z0-9.-]+\.localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?$/i.test(host);
}
