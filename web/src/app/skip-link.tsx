import { messages } from '../messages/messages.ts'

/** The first stop of Tab: past the bars to the results. */
export function SkipLink() {
  return (
    // biome-ignore lint/a11y/useValidAnchor: it leads to a place on this page
    <a
      href="#results"
      onClick={(event) => {
        // The address stays: it is the state of the page.
        event.preventDefault()
        document.getElementById('results')?.focus()
      }}
      className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:rounded-control focus:bg-surface focus:px-4 focus:py-2.5 focus:shadow-pop"
    >
      {messages.app.skip}
    </a>
  )
}
