/** `imap` begins in clear and offers STARTTLS; `imaps` is under TLS from the first octet (RFC 8314). */
export type ImapListener = 'imap' | 'imaps';
