import { useState } from 'react'
import { messages } from '../messages/messages.ts'
import { viewMessages } from '../messages/view-messages.ts'
import { Dialog } from './dialog.tsx'
import { Segmented } from './segmented.tsx'

/** Lists all keys, and explains the main tasks. */
export function Shortcuts({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { title, tab } = messages.shortcuts
  const [shown, setShown] = useState<'keys' | 'help'>('keys')
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <Segmented
        label={title}
        value={shown}
        onChange={setShown}
        options={[
          { value: 'keys', text: tab },
          { value: 'help', text: viewMessages.help.title },
        ]}
        className="mb-5"
      />
      {shown === 'keys' ? <Keys /> : <Topics />}
    </Dialog>
  )
}

function Keys() {
  return (
    <div className="gap-x-8 sm:columns-2">
      {viewMessages.shortcutGroups.map(({ name, keys }) => (
        <section key={name} className="break-inside-avoid pb-5">
          <h3 className="pb-2 font-medium text-ink-2">{name}</h3>
          <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-4 gap-y-1.5">
            {keys.map(([key, text]) => (
              <div key={key} className="contents">
                <dt>
                  {key.split(', ').map((one) => (
                    <kbd
                      key={one}
                      className="mr-1 inline-block rounded-sm border border-line border-b-2 bg-page px-1.5 font-sans text-12 text-ink-2"
                    >
                      {one}
                    </kbd>
                  ))}
                </dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  )
}

function Topics() {
  return viewMessages.help.topics.map(({ name, text }) => (
    <section key={name} className="max-w-prose pb-4">
      <h3 className="pb-1 font-medium">{name}</h3>
      <p className="text-ink-2">{text}</p>
    </section>
  ))
}
