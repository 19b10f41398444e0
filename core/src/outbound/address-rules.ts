import ipaddr from 'ipaddr.js';
import { StartError } from '@trellis-crm/config';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Says which addresses the outside world consists of. */
export interface AddressRules {
  /** Whether a connection to this IP address, in any notation, is allowed. */
  isAllowed(address: string): boolean;
}

/**
 * Public addresses, and the private ones somebody named.
 * @param allowed addresses and ranges (`10.0.0.0/8`), with commas or spaces between them
 * @throws StartError for something that is neither
 */
export function createAddressRules(allowed: string): AddressRules {
  const ranges = allowed
    .split(/[\s,]+/)
    .filter((text) => text !== '')
    .map(toRange);
  return {
    isAllowed(text) {
      if (!ipaddr.isValid(text)) return false;
      const address = ipaddr.process(text);
      return isPublic(address) || ranges.some((range) => address.kind() === range[0].kind() && address.match(range));
    },
  };
}

/** What IANA gave to networks that are reached from everywhere; of IPv6 that is one block. */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast);
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

function toRange(text: string): [Address, number] {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (error) {
    throw new StartError('The configuration is wrong', {
      reason: `outboundAllow names "${text}", which is neither an address nor a range`,
      fix: 'write addresses and ranges such as 10.0.0.0/8, with commas between them',
      cause: error,
    });
  }
}
