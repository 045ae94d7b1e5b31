import { Keyboard } from 'lucide-react'
import { useEffect, useState } from 'react'
import { messages } from '../messages/messages.ts'
import { Dialog } from './dialog.tsx'
import { IconButton } from './icon-button.tsx'
import { isTyping } from './is-typing.ts'
import { areSingleKeysOn, setSingleKeys } from './single-keys.ts'

/** Says what the keyboard can do; opened by `?`. */
export function Shortcuts() {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isCovered = document.querySelector('dialog[open]') !== null
      if (event.key === '?' && areSingleKeysOn() && !isTyping(event) && !isCovered) setOpen(true)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <span className="hidden lg:block">
        <IconButton label={`${messages.shortcuts.title} (?)`} onClick={() => setOpen(true)}>
          <Keyboard />
        </IconButton>
      </span>
      <Dialog title={messages.shortcuts.title} isOpen={isOpen} onClose={() => setOpen(false)}>
        <label className="flex items-start gap-3 px-5 pb-5 text-sm">
          <input
            type="checkbox"
            defaultChecked={areSingleKeysOn()}
            onChange={(event) => setSingleKeys(event.target.checked)}
            className="mt-0.5 size-4 accent-accent"
          />
          <span>
            {messages.shortcuts.single}
            <span className="block text-muted">{messages.shortcuts.singleHint}</span>
          </span>
        </label>
        <div className="grid gap-x-8 gap-y-5 px-5 pb-6 sm:grid-cols-2">
          {messages.shortcuts.groups.map(({ name, keys }) => (
            <section key={name}>
              <h3 className="pb-2 text-sm text-muted">{name}</h3>
              <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5">
                {keys.map(([key, text]) => (
                  <div key={key} className="contents">
                    <dt>
                      <kbd className="rounded-md border border-line bg-raised px-1.5 py-0.5 font-sans text-xs">
                        {key}
                      </kbd>
                    </dt>
                    <dd className="text-sm">{text}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </Dialog>
    </>
  )
}
