/** Preloaded after `collect-garbage.ts`: once it has collected at SIGUSR2, the log of the server says so. */
process.on('SIGUSR2', () => console.log('garbage collected'));
