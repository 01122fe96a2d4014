/** Where the data lies unless something else is said. Apart from the other settings, since the command line needs it alone. */
export const DEFAULT_DATA_DIR = './data';
export const DATA_DIR_ENV = 'HIKYAKU_DATA_DIR';
