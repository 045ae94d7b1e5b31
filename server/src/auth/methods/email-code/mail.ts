import type { Mail } from './mailer.ts'

/**
 * The mail that holds a code, in a form that programs for the reference implementation read. It has no link, so that people learn
 * to follow none in such mails.
 */
export function codeMail(to: string, code: string, validForS: number): Mail {
  const minutes = Math.max(1, Math.round(validForS / 60))
  const validity = `It is valid for ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, once, and only in the browser that asked for it.`
  const ignore =
    'If you did not ask for it, another person has entered your address by mistake: ignore this mail.'
  return {
    to,
    subject: 'Your OTP Code',
    text: `Your OTP code is: ${code}\n\nEnter it in Sketch-Search. ${validity}\n\n${ignore}\n`,
    html: `<!doctype html>
<html lang="en">
<body style="margin:0;padding:24px;background:#f6f4ef;color:#1b1a18;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:28rem;margin:0 auto;padding:24px;background:#ffffff;border-radius:12px">
<p style="margin:0 0 16px">Your code for signing in to Sketch-Search:</p>
<p style="margin:0 0 16px;font:700 28px/1.2 ui-monospace,monospace;letter-spacing:4px">${code}</p>
<p style="margin:0 0 16px">${validity}</p>
<p style="margin:0;color:#6a655b;font-size:14px">${ignore}</p>
</div>
</body>
</html>
`,
  }
}
