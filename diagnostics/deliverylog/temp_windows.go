package deliverylog

// goneWhenClosed is FILE_FLAG_DELETE_ON_CLOSE: an open file cannot be removed.
// https://learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-createfilew
const goneWhenClosed = 0x04000000
