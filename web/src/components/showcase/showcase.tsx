import { Segmented } from '../segmented.tsx'
import { ToastProvider } from '../toast.tsx'
import { type Theme, useTheme } from '../use-theme.ts'
import { ButtonSamples, ChoiceSamples, FieldSamples } from './control-samples.tsx'
import { MessageSamples, OverlaySamples } from './overlay-samples.tsx'
import { ChipSamples, TileSamples } from './picture-samples.tsx'

const THEMES: { value: Theme; text: string }[] = [
  { value: 'system', text: 'System' },
  { value: 'light', text: 'Light' },
  { value: 'dark', text: 'Dark' },
]

/** Every component of the page in every state, without a server. In builds for development alone, at `/#/components`. */
export default function Showcase() {
  const [theme, setTheme] = useTheme()
  return (
    <ToastProvider>
      <main className="h-full overflow-y-auto bg-page p-7 phone:p-3">
        <header className="flex flex-wrap items-center gap-4 pb-4">
          <h1 className="title flex-1 text-28">Components</h1>
          <Segmented label="Theme" value={theme} onChange={setTheme} options={THEMES} />
        </header>
        <ButtonSamples />
        <ChipSamples />
        <ChoiceSamples />
        <FieldSamples />
        <TileSamples />
        <MessageSamples />
        <OverlaySamples />
      </main>
    </ToastProvider>
  )
}
